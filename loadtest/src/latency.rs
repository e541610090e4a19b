//! Time from Post to delivery between two members on a quiet site.

use std::time::Instant;

use anyhow::Result;
use tmtp_wire::{Incoming, Message};

use crate::{
    Site,
    member::Member,
    report,
    tls::Dialer,
    yardstick::{self, Echo},
};

pub async fn run(site: &Site, messages: usize) -> Result<()> {
    let dialer = Dialer::new()?;
    let echo = Echo::start().await?;
    let echoes = yardstick::echo_times(&dialer, &echo, messages).await?;
    let writes = yardstick::durable_write_times(messages.min(500))?;
    let mut sender = Member::register(&dialer, site.target(0)).await?;
    let mut receiver = Member::register(&dialer, site.target(1)).await?;
    let (mut acked, mut delivered) = (report::histogram()?, report::histogram()?);
    for index in 0..messages {
        let begun = Instant::now();
        sender.writes.post(format!("load {index}"), &receiver.uid, &[b'x'; 100]).await?;
        let (sent, received) = tokio::join!(
            async {
                sender.reads.next().await?;
                anyhow::Ok(begun.elapsed())
            },
            async {
                let id = next_delivery(&mut receiver).await?;
                anyhow::Ok((id, begun.elapsed()))
            }
        );
        let (id, took) = received?;
        receiver.writes.ack(id).await?;
        report::note(&mut acked, sent?);
        report::note(&mut delivered, took);
    }
    report::times("TLS echo", &echoes)?;
    report::times("durable write of 512 octets", &writes)?;
    report::times("post to ack", &acked)?;
    report::times("post to delivery", &delivered)?;
    let yardstick = echoes.value_at_quantile(0.5) + writes.value_at_quantile(0.5);
    let ratio = delivered.value_at_quantile(0.5) as f64 / yardstick as f64;
    report::line("p50 post to delivery / (echo + durable write)", format!("{ratio:.1}"))
}

async fn next_delivery(member: &mut Member) -> Result<tmtp_wire::MsgId> {
    loop {
        if let Incoming::Message { stamp, message: Message::Delivery { .. }, .. } =
            member.reads.next().await?
        {
            return Ok(stamp.id);
        }
    }
}
