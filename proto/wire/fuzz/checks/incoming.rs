//! What a client reads is refused, or reads back to the same after it was written.

use tmtp_wire::{Incoming, incoming::headsum_ok, text};

pub fn check(json: &[u8]) {
    let _ = (headsum_ok(json), text::check_text(json));
    let Ok(incoming) = Incoming::parse(json) else { return };
    let frame = match &incoming {
        Incoming::Answer(answer) => answer.encode(),
        Incoming::Message { stamp, message, .. } => message.encode(stamp),
        Incoming::Unknown { .. } => return,
    };
    let Ok(frame) = frame else { return };
    let Ok(again) = Incoming::parse(&frame[4..]) else { panic!("what is encoded does not decode") };
    if let Incoming::Message { .. } = again {
        assert!(headsum_ok(&frame[4..]));
    }
    assert_eq!(incoming.data_len(), again.data_len());
}
