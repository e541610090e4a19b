//! `tmtp post` and `tmtp group post`

use std::{
    io::{IsTerminal, Read},
    path::Path,
    time::Duration,
};

use indicatif::{ProgressBar, ProgressStyle};
use tmtp_client::{
    Letter, Notification, Outgoing, Recipient, Source, letter::Packed, to_group, to_group_not_self, to_member,
};

use super::sent;
use crate::{
    args::{Common, Content, Post},
    failure::Failure,
    screen::Screen,
    session::Desk,
};

/// The longest text taken from standard input; more belongs into a file.
const TEXT_MAX: u64 = 16 << 20;
/// Files up to this are read once more for a checksum.
const CHECKSUM_MAX: u64 = 256 << 20;

pub async fn run(common: &Common, args: &Post, screen: &Screen) -> Result<(), Failure> {
    let desk = Desk::open(common)?;
    let contacts = desk.held.contacts()?;
    let mut to: Vec<Recipient> = contacts.resolve_all(&args.to)?.into_iter().map(to_member).collect();
    to.extend(args.group.iter().map(to_group));
    to.extend(args.group_not_me.iter().map(to_group_not_self));
    let notify_to = contacts.resolve_all(&args.notify_to)?.into_iter().map(to_member).collect();
    if to.is_empty() && args.notify.is_none() {
        return Err(Failure::usage("nobody to send to").hint("say --to MEMBER or --group GID"));
    }
    if to.is_empty() && args.for_not_self {
        return Err(Failure::usage("--for-not-self leaves nobody to send the message to"));
    }
    let notification = match &args.notify {
        Some(text) => {
            let content = Letter::new(text).pack()?;
            Some(Notification { content, to: notify_to, for_not_self: args.for_not_self })
        }
        None => None,
    };
    send(desk, common, to, &args.content, notification, screen).await
}

/// Sends a message to those who are meant.
pub async fn send(
    desk: Desk,
    common: &Common,
    to: Vec<Recipient>,
    content: &Content,
    notification: Option<Notification>,
    screen: &Screen,
) -> Result<(), Failure> {
    let mut packed = pack(content).await?;
    let bar = screen.draws().then(|| bar(packed.source.len())).filter(|_| !content.attach.is_empty());
    if let Some(bar) = bar.clone() {
        packed.source = packed.source.on_progress(move |sent| bar.set_position(sent));
    }
    let op = if notification.is_some() { "postnotify" } else { "post" };
    let outgoing = match notification {
        Some(notification) => Outgoing::post_notify(to, packed, notification),
        None => Outgoing::post(to, packed),
    };
    let session = desk.log_in(common).await?;
    let result = session.client.request(&outgoing).await;
    if let Some(bar) = bar {
        bar.finish_and_clear();
    }
    session.close().await;
    sent(screen, op, result?)
}

async fn pack(content: &Content) -> Result<Packed, Failure> {
    let mut letter = Letter::new(text(content)?);
    if let Some(subject) = &content.subject {
        letter = letter.subject(subject);
    }
    if let Some(thread) = content.thread {
        letter = letter.thread(thread);
    }
    for path in &content.attach {
        let name = path.file_name().map_or_else(|| "file".into(), |name| name.to_string_lossy().into_owned());
        letter = letter.attach(name, attachment(path).await?);
    }
    let packed = letter.pack()?;
    if packed.source.len() <= CHECKSUM_MAX {
        return Ok(packed.with_checksum().await?);
    }
    Ok(packed)
}

async fn attachment(path: &Path) -> Result<Source, Failure> {
    Source::file(path).await.map_err(|error| {
        Failure::local(format!("cannot attach {}", path.display()), &error)
            .hint("when that was meant as the text, put it in front of --attach")
    })
}

fn text(content: &Content) -> Result<String, Failure> {
    match &content.text {
        Some(text) if text != "-" => Ok(text.clone()),
        // With files to send, a text must be asked for.
        None if !content.attach.is_empty() => Ok(String::new()),
        None if std::io::stdin().is_terminal() => {
            Err(Failure::usage("nothing to send").hint("give a TEXT, pipe one in, or --attach a FILE"))
        }
        _ => from_stdin(),
    }
}

fn from_stdin() -> Result<String, Failure> {
    let mut text = String::new();
    let read = std::io::stdin().lock().take(TEXT_MAX + 1).read_to_string(&mut text);
    read.map_err(|e| Failure::local("standard input", &e))?;
    if text.len() as u64 > TEXT_MAX {
        return Err(Failure::usage("this text is over 16 MiB").hint("send it as a file with --attach"));
    }
    Ok(text)
}

fn bar(len: u64) -> ProgressBar {
    let bar = ProgressBar::new(len);
    let style = "{bar:30} {bytes} of {total_bytes}, {bytes_per_sec}, {eta} left";
    if let Ok(style) = ProgressStyle::with_template(style) {
        bar.set_style(style);
    }
    bar.enable_steady_tick(Duration::from_millis(200));
    bar
}
