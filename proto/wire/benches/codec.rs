//! The wire codec: what a header costs, either way.

use std::hint::black_box;

use bytes::BytesMut;
use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use tmtp_wire::{
    Answer, Framer, Head, Incoming, Message, MsgId, Piece, Post, Posted, Receipt, Recipient, RecipientKind,
    Request, Stamp, incoming::headsum_ok,
};

const UID: &str = "1BC2DF3GH4JK5LM6NP7QR8ST9VW+XYZ%";
/// Messages in one read.
const BURST: usize = 20;

fn post(recipients: usize) -> Vec<u8> {
    let to = (0..recipients).map(|_| Recipient { id: UID.to_owned(), kind: RecipientKind::Member }).collect();
    let post = Post { to, datahead: Some(5), datasum: Some(1) };
    let head = Head { request: Request::Post { id: "1234567".to_owned(), post }, data_len: 200 };
    head.encode().unwrap_or_default()
}

fn delivery() -> (Message, Stamp) {
    let stamp = Stamp {
        id: MsgId(0x16b3_c2a0_f1e2_d3c4),
        from: UID.to_owned(),
        posted: Posted(1_795_339_800_000),
        data_len: 200,
    };
    (Message::Delivery { datahead: Some(5), datasum: Some(1), notify: None }, stamp)
}

fn requests(c: &mut Criterion) {
    let mut group = c.benchmark_group("requests");
    for recipients in [1, 100] {
        let frame = post(recipients);
        let name = format!("parse a Post to {recipients}");
        group.bench_function(name, |bench| bench.iter(|| Head::parse(black_box(&frame[4..]))));
    }
    group.finish();
}

fn messages(c: &mut Criterion) {
    let mut group = c.benchmark_group("messages");
    let (message, stamp) = delivery();
    group.bench_function("encode a delivery with its headsum", |bench| {
        bench.iter(|| message.encode(black_box(&stamp)));
    });
    let json = message.encode(&stamp).map(|frame| frame.slice(4..)).unwrap_or_default();
    group.bench_function("parse a delivery", |bench| bench.iter(|| Incoming::parse(black_box(&json))));
    group.bench_function("check a headsum", |bench| bench.iter(|| headsum_ok(black_box(&json))));
    let receipt = Receipt { msgid: stamp.id, posted: stamp.posted };
    let ack = Answer::Ack { id: "1234567".to_owned(), result: Ok(Some(receipt)) };
    group.bench_function("encode an ack", |bench| bench.iter(|| black_box(&ack).encode()));
    group.finish();
}

fn framing(c: &mut Criterion) {
    let mut burst = BytesMut::new();
    for _ in 0..BURST {
        burst.extend_from_slice(&post(1));
        burst.extend_from_slice(&[b'x'; 200]);
    }
    let mut group = c.benchmark_group("framing");
    group.throughput(Throughput::Bytes(burst.len() as u64));
    group.bench_function(format!("cut a read of {BURST} posts"), |bench| {
        bench.iter_batched(|| burst.clone(), |mut input| cut(&mut input), criterion::BatchSize::SmallInput);
    });
    group.finish();
}

/// Takes all pieces off some input; says how many.
fn cut(input: &mut BytesMut) -> usize {
    let (mut framer, mut pieces) = (Framer::default(), 0);
    while let Ok(Some(piece)) = framer.next(input) {
        pieces += 1;
        if matches!(piece, Piece::Header(_)) {
            framer.expect_data(200);
        }
    }
    pieces
}

criterion_group!(benches, requests, messages, framing);
criterion_main!(benches);
