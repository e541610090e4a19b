//! What is encoded decodes to the same.

use proptest::{option, prelude::*};
use serde_json::value::RawValue;
use tmtp_wire::{
    Answer, GroupAct, Head, Incoming, Message, MsgId, Note, OhiChange, Post, Posted, Receipt, Recipient,
    RecipientKind, Request, Stamp, UserEdit, incoming::headsum_ok,
};

/// Any string that is not empty.
fn text() -> impl Strategy<Value = String> {
    prop::collection::vec(any::<char>(), 1..20).prop_map(|chars| chars.into_iter().collect())
}

fn octets() -> impl Strategy<Value = u64> {
    0..=i64::MAX as u64
}

fn recipients() -> impl Strategy<Value = Vec<Recipient>> {
    let kind =
        prop::sample::select(vec![RecipientKind::Member, RecipientKind::Group, RecipientKind::GroupNotSelf]);
    prop::collection::vec((text(), kind).prop_map(|(id, kind)| Recipient { id, kind }), 0..5)
}

fn change() -> impl Strategy<Value = OhiChange> {
    prop::sample::select(vec![OhiChange::Add, OhiChange::Drop, OhiChange::Init])
}

fn bare(request: Request) -> Head {
    Head { request, data_len: 0 }
}

fn simple_request() -> impl Strategy<Value = Head> {
    let edit = prop_oneof![text().prop_map(UserEdit::NewNode), text().prop_map(UserEdit::NewAlias)];
    let alias = option::of(text().prop_filter("stands for none", |alias| alias != "_"));
    let oidc = || {
        let token =
            |text: String| RawValue::from_string(serde_json::json!({ "Scope": text }).to_string()).unwrap();
        option::of(text().prop_map(token))
    };
    prop_oneof![
        text().prop_map(|id| Request::TmtpRev { id }),
        (text(), alias, oidc()).prop_map(|(newnode, newalias, oidc)| Request::Register {
            newnode,
            newalias,
            oidc
        }),
        (text(), text(), oidc()).prop_map(|(uid, node, oidc)| Request::Login { uid, node, oidc }),
        (text(), edit).prop_map(|(id, edit)| Request::UserEdit { id, edit }),
        (text(), prop::collection::vec(text(), 1..5), change())
            .prop_map(|(id, who, change)| Request::OhiEdit { id, who, change }),
        (text(), text(), group_act()).prop_map(|(id, gid, act)| Request::GroupEdit { id, gid, act }),
        text().prop_map(|id| Request::Ack { id }),
        Just(Request::Pulse),
        Just(Request::Quit),
    ]
    .prop_map(bare)
}

fn group_act() -> impl Strategy<Value = GroupAct> {
    prop_oneof![
        option::of(text()).prop_map(|newalias| GroupAct::Join { newalias }),
        text().prop_map(|newalias| GroupAct::Alias { newalias }),
        text().prop_map(|to| GroupAct::Drop { to }),
    ]
}

fn request_with_data() -> impl Strategy<Value = Head> {
    let text_op =
        (text(), option::of(text()), text(), text(), octets()).prop_map(|(id, gid, from, to, data_len)| {
            let request = match gid {
                Some(gid) => Request::GroupInvite { id, gid, from, to },
                None => Request::Ping { id, from, to },
            };
            Head { request, data_len }
        });
    prop_oneof![text_op, post_request()]
}

fn post_request() -> impl Strategy<Value = Head> {
    let head = || option::of(any::<prop::sample::Index>());
    let sum = || option::of(any::<u32>());
    let post = (text(), recipients(), head(), sum(), 1..=i64::MAX as u64);
    let note = option::of((1..=i64::MAX as u64, recipients(), any::<bool>(), head(), sum()));
    (post, note).prop_map(|((id, to, datahead, datasum, data_len), note)| {
        let within = |at: prop::sample::Index, len: u64| at.index(len as usize) as u64;
        let post = Post { to, datahead: datahead.map(|at| within(at, data_len)), datasum };
        let note = note.map(|(len, to, for_not_self, head, sum)| Note {
            len,
            to,
            for_not_self,
            head: head.map(|at| within(at, len)),
            sum,
        });
        let request = match note {
            Some(note) => Request::PostNotify { id, post, note },
            None => Request::Post { id, post },
        };
        Head { request, data_len }
    })
}

fn answer() -> impl Strategy<Value = Answer> {
    let receipt = (any::<u64>(), 0..4_102_444_800_000_i64)
        .prop_map(|(id, posted)| Receipt { msgid: MsgId(id), posted: Posted(posted) });
    let result = prop_oneof![option::of(receipt).prop_map(Ok), text().prop_map(Err)];
    prop_oneof![
        (text(), option::of(any::<u8>())).prop_map(|(name, auth)| Answer::TmtpRev {
            name,
            auth,
            auth_by: auth.map(|_| "[]".to_owned()),
        }),
        (text(), text(), option::of(text())).prop_map(|(uid, nodeid, error)| Answer::Registered {
            uid,
            nodeid,
            error
        }),
        prop::collection::vec(text(), 0..5).prop_map(|ohi| Answer::Info { ohi }),
        (text(), result).prop_map(|(id, result)| Answer::Ack { id, result }),
        text().prop_map(|error| Answer::Quit { error }),
        (text(), any::<u8>()).prop_map(|(from, status)| Answer::Ohi { from, status }),
    ]
}

fn message() -> impl Strategy<Value = Message> {
    let data = || (option::of(octets()), option::of(any::<u32>()));
    let act = prop::sample::select(vec!["invite", "join", "alias", "drop"]);
    prop_oneof![
        Just(Message::Login),
        text().prop_map(|newalias| Message::UserAlias { newalias }),
        (text(), text()).prop_map(|(newnode, nodeid)| Message::UserNode { newnode, nodeid }),
        (prop::collection::vec(text(), 1..5), change())
            .prop_map(|(who, change)| Message::OhiEdit { who, change }),
        (text(), text(), text()).prop_map(|(gid, alias, to)| Message::Invite { gid, alias, to }),
        (act, text(), text(), option::of(text())).prop_map(|(act, gid, alias, newalias)| Message::Member {
            act,
            gid,
            alias,
            newalias
        }),
        (data(), option::of(octets())).prop_map(|((datahead, datasum), notify)| Message::Delivery {
            datahead,
            datasum,
            notify
        }),
        (any::<u64>(), data()).prop_map(|(postid, (datahead, datasum))| Message::Notify {
            postid: MsgId(postid),
            datahead,
            datasum
        }),
        (text(), text()).prop_map(|(alias, to)| Message::Ping { alias, to }),
    ]
}

proptest! {
    #[test]
    fn a_request(head in prop_oneof![simple_request(), request_with_data()]) {
        let frame = head.encode().unwrap();
        let read = Head::parse(&frame[4..]).unwrap();
        prop_assert_eq!(format!("{head:?}"), format!("{read:?}"));
    }

    #[test]
    fn an_answer(answer in answer()) {
        let frame = answer.encode().unwrap();
        prop_assert_eq!(Incoming::parse(&frame[4..]), Ok(Incoming::Answer(answer)));
    }

    #[test]
    fn a_queued_message(message in message(), id in any::<u64>(), from in text(), data_len in octets()) {
        let stamp = Stamp { id: MsgId(id), from, posted: Posted(1_795_339_800_007), data_len };
        let frame = message.encode(&stamp).unwrap();
        prop_assert!(headsum_ok(&frame[4..]));
        match Incoming::parse(&frame[4..]) {
            Ok(Incoming::Message { stamp: read_stamp, message: read, headsum: Some(_) }) => {
                prop_assert_eq!((read_stamp, read), (stamp, message));
            }
            other => prop_assert!(false, "{:?}", other),
        }
    }
}
