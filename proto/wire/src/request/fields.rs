//! Reading a header's JSON: names in any letter case, `null` as absent, the last of a repeated field.
//! Every known field is checked for its type, whatever the op.

use std::{fmt, marker::PhantomData};

use serde::{
    Deserialize, Deserializer,
    de::{Error as _, IgnoredAny, MapAccess, Visitor},
};
use serde_json::value::RawValue;

/// All that a header may hold.
#[derive(Debug, Default)]
pub(super) struct Fields {
    pub op: Option<u64>,
    pub id: Option<String>,
    pub uid: Option<String>,
    pub node: Option<String>,
    pub newnode: Option<String>,
    pub newalias: Option<String>,
    pub oidc: Option<Box<RawValue>>,
    pub to_list: Option<Vec<Entry>>,
    pub kind: Option<String>,
    pub gid: Option<String>,
    pub from: Option<String>,
    pub to: Option<String>,
    pub act: Option<String>,
    pub datalen: Option<u64>,
    pub datahead: Option<u64>,
    pub datasum: Option<u32>,
    pub notelen: Option<u64>,
    pub notefor: Option<Vec<Entry>>,
    pub fornotself: Option<bool>,
    pub notehead: Option<u64>,
    pub notesum: Option<u32>,
}

/// An entry of `for` or `notefor`.
#[derive(Debug, Default)]
pub(super) struct Entry {
    pub id: Option<String>,
    pub kind: Option<u64>,
}

/// Reads one JSON object, and nothing behind it but white space.
pub(super) fn read(json: &[u8]) -> Option<Fields> {
    // serde_json does not look into what it skips: the check for UTF-8 is up to us.
    let json = str::from_utf8(json).ok()?;
    serde_json::from_str(json).ok().map(|Object(fields)| fields)
}

/// Something made of a JSON object, field by field.
trait Record: Default {
    /// Takes a field's value; `name` is in lower case.
    fn take<'de, M: MapAccess<'de>>(&mut self, name: &str, map: &mut M) -> Result<(), M::Error>;
}

impl Record for Fields {
    fn take<'de, M: MapAccess<'de>>(&mut self, name: &str, map: &mut M) -> Result<(), M::Error> {
        match name {
            "op" => set_octets(&mut self.op, map),
            "id" => set(&mut self.id, map),
            "uid" => set(&mut self.uid, map),
            "node" => set(&mut self.node, map),
            "newnode" => set(&mut self.newnode, map),
            "newalias" => set(&mut self.newalias, map),
            "oidc" => set_object(&mut self.oidc, map),
            "for" => set_entries(&mut self.to_list, map),
            "type" => set(&mut self.kind, map),
            "gid" => set(&mut self.gid, map),
            "from" => set(&mut self.from, map),
            "to" => set(&mut self.to, map),
            "act" => set(&mut self.act, map),
            "datalen" => set_octets(&mut self.datalen, map),
            "datahead" => set_octets(&mut self.datahead, map),
            "datasum" => set(&mut self.datasum, map),
            "notelen" => set_octets(&mut self.notelen, map),
            "notefor" => set_entries(&mut self.notefor, map),
            "fornotself" => set(&mut self.fornotself, map),
            "notehead" => set_octets(&mut self.notehead, map),
            "notesum" => set(&mut self.notesum, map),
            _ => map.next_value::<IgnoredAny>().map(drop),
        }
    }
}

impl Record for Entry {
    fn take<'de, M: MapAccess<'de>>(&mut self, name: &str, map: &mut M) -> Result<(), M::Error> {
        match name {
            "id" => set(&mut self.id, map),
            "type" => set_octets(&mut self.kind, map),
            _ => map.next_value::<IgnoredAny>().map(drop),
        }
    }
}

/// Puts the value into its place, unless it is `null`.
fn set<'de, M, T>(place: &mut Option<T>, map: &mut M) -> Result<(), M::Error>
where
    M: MapAccess<'de>,
    T: Deserialize<'de>,
{
    if let Some(value) = map.next_value::<Option<T>>()? {
        *place = Some(value);
    }
    Ok(())
}

/// As [`set`], for a number that a signed integer of 64 bits must hold elsewhere.
fn set_octets<'de, M: MapAccess<'de>>(place: &mut Option<u64>, map: &mut M) -> Result<(), M::Error> {
    set(place, map)?;
    if place.is_some_and(|octets| i64::try_from(octets).is_err()) {
        return Err(M::Error::custom("out of range"));
    }
    Ok(())
}

/// As [`set`], for a JSON object that is kept as it came.
fn set_object<'de, M: MapAccess<'de>>(
    place: &mut Option<Box<RawValue>>,
    map: &mut M,
) -> Result<(), M::Error> {
    set(place, map)?;
    if place.as_ref().is_some_and(|raw| !raw.get().starts_with('{')) {
        return Err(M::Error::custom("not an object"));
    }
    Ok(())
}

/// As [`set`], for a list of objects.
fn set_entries<'de, M: MapAccess<'de>>(place: &mut Option<Vec<Entry>>, map: &mut M) -> Result<(), M::Error> {
    if let Some(entries) = map.next_value::<Option<Vec<Object<Entry>>>>()? {
        *place = Some(entries.into_iter().map(|Object(entry)| entry).collect());
    }
    Ok(())
}

/// Deserializes a [`Record`] from a JSON object, and from nothing else.
struct Object<T>(T);

impl<'de, T: Record> Deserialize<'de> for Object<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(ObjectVisitor(PhantomData)).map(Self)
    }
}

struct ObjectVisitor<T>(PhantomData<T>);

impl<'de, T: Record> Visitor<'de> for ObjectVisitor<T> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<M: MapAccess<'de>>(self, mut map: M) -> Result<T, M::Error> {
        let mut record = T::default();
        while let Some(Name(name)) = map.next_key()? {
            record.take(&name, &mut map)?;
        }
        Ok(record)
    }
}

/// A field's name, in lower case.
struct Name(String);

impl<'de> Deserialize<'de> for Name {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let mut name = String::deserialize(deserializer)?;
        name.make_ascii_lowercase();
        Ok(Self(name))
    }
}
