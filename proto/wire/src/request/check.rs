//! The table of section 3. `None` stands for `invalid header`.

use super::{
    GroupAct, Head, Note, OhiChange, Post, Recipient, RecipientKind, Request, UserEdit,
    fields::{Entry, Fields},
};

/// Checks the fields and makes a request of those that its op uses.
pub(super) fn head(fields: Fields) -> Option<Head> {
    let data_len = fields.datalen.unwrap_or(0);
    let note_len = fields.notelen.unwrap_or(0);
    if fields.datahead.is_some_and(|octets| octets > data_len)
        || fields.notehead.is_some_and(|octets| octets > note_len)
    {
        return None;
    }
    let request = request(fields)?;
    let data_fits = match request {
        Request::Post { .. } | Request::PostNotify { .. } => data_len > 0,
        Request::Ping { .. } | Request::GroupInvite { .. } => true,
        _ => data_len == 0,
    };
    let note_fits = matches!(request, Request::PostNotify { .. }) == (note_len > 0);
    (data_fits && note_fits).then_some(Head { request, data_len })
}

fn request(fields: Fields) -> Option<Request> {
    Some(match fields.op? {
        0 => Request::TmtpRev { id: text(fields.id)? },
        1 => register(fields)?,
        2 => Request::Login { uid: text(fields.uid)?, node: text(fields.node)?, oidc: fields.oidc },
        3 => user_edit(fields)?,
        4 => ohi_edit(fields)?,
        5 => Request::GroupInvite {
            id: text(fields.id)?,
            gid: text(fields.gid)?,
            from: text(fields.from)?,
            to: text(fields.to)?,
        },
        6 => group_edit(fields)?,
        7 => post(fields)?,
        8 => post_notify(fields)?,
        9 => Request::Ping { id: text(fields.id)?, from: text(fields.from)?, to: text(fields.to)? },
        10 => Request::Ack { id: text(fields.id)? },
        11 => Request::Pulse,
        12 => Request::Quit,
        _ => return None,
    })
}

fn register(fields: Fields) -> Option<Request> {
    Some(Request::Register {
        newnode: text(fields.newnode)?,
        newalias: text(fields.newalias).filter(|alias| alias != "_"),
        oidc: fields.oidc,
    })
}

fn user_edit(fields: Fields) -> Option<Request> {
    let edit = match (text(fields.newnode), text(fields.newalias)) {
        (Some(label), None) => UserEdit::NewNode(label),
        (None, Some(alias)) => UserEdit::NewAlias(alias),
        _ => return None,
    };
    Some(Request::UserEdit { id: text(fields.id)?, edit })
}

fn ohi_edit(fields: Fields) -> Option<Request> {
    let who: Vec<_> = fields.to_list?.into_iter().map(|entry| text(entry.id)).collect::<Option<_>>()?;
    let change = OhiChange::from_name(&fields.kind?)?;
    let id = text(fields.id)?;
    (!who.is_empty()).then_some(Request::OhiEdit { id, who, change })
}

fn group_edit(fields: Fields) -> Option<Request> {
    let newalias = text(fields.newalias);
    let act = match fields.act?.as_str() {
        "join" => GroupAct::Join { newalias },
        "alias" => GroupAct::Alias { newalias: newalias? },
        "drop" => GroupAct::Drop { to: text(fields.to)? },
        _ => return None,
    };
    Some(Request::GroupEdit { id: text(fields.id)?, gid: text(fields.gid)?, act })
}

fn post(fields: Fields) -> Option<Request> {
    // A `notefor` is of no use here, and must be well-formed all the same.
    recipients(fields.notefor.unwrap_or_default())?;
    let to = recipients(fields.to_list?)?;
    let post = Post { to, datahead: fields.datahead, datasum: fields.datasum };
    Some(Request::Post { id: text(fields.id)?, post })
}

fn post_notify(fields: Fields) -> Option<Request> {
    let note = Note {
        len: fields.notelen?,
        to: recipients(fields.notefor.unwrap_or_default())?,
        for_not_self: fields.fornotself.unwrap_or(false),
        head: fields.notehead,
        sum: fields.notesum,
    };
    let to = recipients(fields.to_list?)?;
    let post = Post { to, datahead: fields.datahead, datasum: fields.datasum };
    Some(Request::PostNotify { id: text(fields.id)?, post, note })
}

fn recipients(entries: Vec<Entry>) -> Option<Vec<Recipient>> {
    let recipient = |entry: Entry| {
        Some(Recipient { id: text(entry.id)?, kind: RecipientKind::from_number(entry.kind?)? })
    };
    entries.into_iter().map(recipient).collect()
}

/// A string that says something: an empty one counts as absent.
fn text(field: Option<String>) -> Option<String> {
    field.filter(|text| !text.is_empty())
}
