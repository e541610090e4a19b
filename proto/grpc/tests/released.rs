//! While a release is rolled out, its processes speak to those of the release before. So no field may change its number,
//! name or type, none may go without its number being reserved, and no call may go or change.
#![cfg(test)]

use std::collections::BTreeMap;

use prost_types::{
    DescriptorProto, EnumDescriptorProto, FieldDescriptorProto, FileDescriptorProto, ServiceDescriptorProto,
};

fn read(folder: &str) -> FileDescriptorProto {
    let folder = format!("{}/{folder}", env!("CARGO_MANIFEST_DIR"));
    let mut set = protox::compile(["delivery.proto"], [folder]).unwrap();
    set.file.pop().unwrap()
}

fn read_text(text: &str) -> FileDescriptorProto {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("a.proto"), text).unwrap();
    protox::compile(["a.proto"], [folder.path()]).unwrap().file.pop().unwrap()
}

/// What in the newer file does not go together with the older one.
fn breaks(old: &FileDescriptorProto, new: &FileDescriptorProto) -> Vec<String> {
    let mut found = Vec::new();
    if old.package() != new.package() {
        found.push(format!("package {} became {}", old.package(), new.package()));
    }
    messages("", &old.message_type, &new.message_type, &mut found);
    enums("", &old.enum_type, &new.enum_type, &mut found);
    services(&old.service, &new.service, &mut found);
    found
}

fn messages(within: &str, old: &[DescriptorProto], new: &[DescriptorProto], found: &mut Vec<String>) {
    for old in old {
        let name = format!("{within}{}", old.name());
        match new.iter().find(|new| new.name() == old.name()) {
            None => found.push(format!("message {name} is gone")),
            Some(new) => message(&name, old, new, found),
        }
    }
}

fn message(name: &str, old: &DescriptorProto, new: &DescriptorProto, found: &mut Vec<String>) {
    let reserved = |message: &DescriptorProto, number: i32| {
        message.reserved_range.iter().any(|range| range.start() <= number && number < range.end())
    };
    for field in &old.field {
        let number = field.number();
        match new.field.iter().find(|new| new.number() == number) {
            Some(now) if shape(old, field) == shape(new, now) => {}
            Some(now) => found.push(format!(
                "{name}: field {number} was {:?}, and is {:?}",
                shape(old, field),
                shape(new, now)
            )),
            None if reserved(new, number) => {}
            None => found.push(format!("{name}: field {number} ({}) is gone and not reserved", field.name())),
        }
    }
    for field in new.field.iter().filter(|field| reserved(old, field.number())) {
        found.push(format!("{name}: field {} takes a number that was reserved", field.name()));
    }
    messages(&format!("{name}."), &old.nested_type, &new.nested_type, found);
    enums(&format!("{name}."), &old.enum_type, &new.enum_type, found);
}

/// Name, label, type, and the group of alternatives that it is one of.
fn shape(of: &DescriptorProto, field: &FieldDescriptorProto) -> (String, String, String, Option<String>) {
    let oneof = field.oneof_index.and_then(|index| of.oneof_decl.get(usize::try_from(index).unwrap()));
    let oneof = oneof.map(|oneof| oneof.name().to_owned());
    let kind = format!("{:?} {}", field.r#type(), field.type_name());
    (field.name().to_owned(), format!("{:?}", field.label()), kind, oneof)
}

fn enums(within: &str, old: &[EnumDescriptorProto], new: &[EnumDescriptorProto], found: &mut Vec<String>) {
    let values = |of: &EnumDescriptorProto| -> BTreeMap<i32, String> {
        of.value.iter().map(|value| (value.number(), value.name().to_owned())).collect()
    };
    for old in old {
        let now = new.iter().find(|new| new.name() == old.name()).map(values).unwrap_or_default();
        for (number, name) in values(old) {
            if now.get(&number) != Some(&name) {
                found.push(format!("enum {within}{}: {number} was {name}", old.name()));
            }
        }
    }
}

fn services(old: &[ServiceDescriptorProto], new: &[ServiceDescriptorProto], found: &mut Vec<String>) {
    for old in old {
        let now = new.iter().find(|new| new.name() == old.name());
        for method in &old.method {
            let same = now.is_some_and(|now| now.method.iter().any(|now| now == method));
            if !same {
                found.push(format!(
                    "call {}.{} is gone or takes or gives something else",
                    old.name(),
                    method.name()
                ));
            }
        }
    }
}

#[test]
fn this_release_understands_the_one_before_and_is_understood_by_it() {
    let found = breaks(&read("released"), &read("proto"));
    assert!(found.is_empty(), "{}", found.join("\n"));
}

const BEFORE: &str = r#"
    syntax = "proto3"; package p;
    message A { int64 a = 1; repeated string b = 2; oneof c { bool d = 3; bool e = 4; } reserved 9; }
    enum E { NONE = 0; ONE = 1; }
    service S { rpc Go(A) returns (A); }"#;

#[test]
fn what_may_be_added_is_no_break() {
    let after = BEFORE
        .replace("reserved 9;", "reserved 9; E f = 5; optional bytes g = 6;")
        .replace("ONE = 1;", "ONE = 1; TWO = 2;")
        .replace("returns (A);", "returns (A); rpc Stop(A) returns (stream A);")
        .replace("int64 a = 1;", "reserved 1;");
    assert_eq!(breaks(&read_text(BEFORE), &read_text(&after)), Vec::<String>::new());
}

#[test]
fn every_kind_of_break_is_found() {
    let cases = [
        ("int64 a = 1;", "", "field 1 (a) is gone"),
        ("int64 a = 1;", "int64 a = 7;", "field 1 (a) is gone"),
        ("int64 a = 1;", "sint64 a = 1;", "field 1 was"),
        ("int64 a = 1;", "int64 z = 1;", "field 1 was"),
        ("repeated string b", "string b", "field 2 was"),
        ("bool e = 4; }", "} bool e = 4;", "field 4 was"),
        ("reserved 9;", "bool h = 9;", "number that was reserved"),
        ("ONE = 1;", "UNO = 1;", "1 was ONE"),
        ("rpc Go(A)", "rpc Went(A)", "call S.Go"),
        ("returns (A)", "returns (stream A)", "call S.Go"),
        ("package p;", "package q;", "package p became q"),
    ];
    for (was, is, complaint) in cases {
        let found = breaks(&read_text(BEFORE), &read_text(&BEFORE.replace(was, is))).join("\n");
        assert!(found.contains(complaint), "{was} -> {is}: {found}");
    }
    let without = read_text("syntax = \"proto3\"; package p;");
    let found = breaks(&read_text(BEFORE), &without).join("\n");
    for complaint in ["message A is gone", "0 was NONE", "call S.Go"] {
        assert!(found.contains(complaint), "{found}");
    }
}
