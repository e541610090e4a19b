//! One request of a batch, decided: the messages it makes, or why it is refused.

use tmtp_store::{Body, Recorded};
use tmtp_wire::{Message, MsgId, Note, Post};

use crate::{
    compose::Ready,
    refusal::Refusal,
    resolve::{self, View},
    writer::{Posting, What},
};

/// The ids and the time set aside for a request.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Marks {
    pub recorded: Recorded,
    /// For the notification of a PostNotify: above the message's.
    pub note_id: MsgId,
}

/// Decides one request.
pub(crate) fn decide<'v>(
    view: &'v View,
    posting: &Posting,
    marks: Marks,
    entries_max: usize,
) -> Result<Vec<Ready<'v>>, Refusal> {
    resolve::check_sender(view, &posting.asked.session)?;
    let messages = match &posting.what {
        What::Post(post) => vec![of_post(view, posting, marks, post)?],
        What::PostNotify(post, note) => of_post_notify(view, posting, marks, post, note)?,
        What::Ping { from, to } => vec![of_ping(view, posting, marks, from, to)?],
    };
    if messages.iter().any(|message| message.nodes.len() > entries_max) {
        return Err(Refusal::too_many_recipients());
    }
    Ok(messages)
}

fn of_post<'v>(view: &'v View, posting: &Posting, marks: Marks, post: &Post) -> Result<Ready<'v>, Refusal> {
    let sender = &posting.asked.session;
    let nodes = resolve::address(view, sender, &[&post.to])?.with_sender(view, sender);
    let message = Message::Delivery { datahead: post.datahead, datasum: post.datasum, notify: None };
    Ready::new(sender.site, &sender.uid, marks.recorded, &message, posting.body(0), nodes)
}

fn of_post_notify<'v>(
    view: &'v View,
    posting: &Posting,
    marks: Marks,
    post: &Post,
    note: &Note,
) -> Result<Vec<Ready<'v>>, Refusal> {
    let sender = &posting.asked.session;
    let told = resolve::address(view, sender, &[&post.to, &note.to])?.with_sender(view, sender);
    let given = resolve::address(view, sender, &[&post.to])?;
    let given = if note.for_not_self { given.without_sender() } else { given.with_sender(view, sender) };
    let count = post.to.len() + note.to.len() + usize::from(!note.for_not_self);
    let message =
        Message::Delivery { datahead: post.datahead, datasum: post.datasum, notify: Some(count as u64) };
    let notice = Message::Notify { postid: marks.recorded.id, datahead: note.head, datasum: note.sum };
    let noted = Recorded { id: marks.note_id, posted: marks.recorded.posted };
    Ok(vec![
        Ready::new(sender.site, &sender.uid, marks.recorded, &message, posting.body(1), given)?,
        Ready::new(sender.site, &sender.uid, noted, &notice, posting.body(0), told)?,
    ])
}

fn of_ping<'v>(
    view: &'v View,
    posting: &Posting,
    marks: Marks,
    from: &str,
    to: &str,
) -> Result<Ready<'v>, Refusal> {
    let sender = &posting.asked.session;
    let nodes = resolve::ping(view, sender, from, to)?;
    let message = Message::Ping { alias: from.to_owned(), to: to.to_owned() };
    Ready::new(sender.site, &sender.uid, marks.recorded, &message, posting.body(0), nodes)
}

impl Posting {
    fn body(&self, part: usize) -> Body {
        self.bodies.get(part).cloned().unwrap_or(Body::Inline(bytes::Bytes::new()))
    }
}
