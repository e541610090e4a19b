//! What a client reads is refused, or reads back to the same after it was written.
#![no_main]

use libfuzzer_sys::fuzz_target;
use tmtp_wire::{Incoming, incoming::headsum_ok, text};

fuzz_target!(|json: &[u8]| {
    let _ = (headsum_ok(json), text::check_text(json));
    let Ok(incoming) = Incoming::parse(json) else { return };
    let frame = match &incoming {
        Incoming::Answer(answer) => answer.encode(),
        Incoming::Message { stamp, message, .. } => message.encode(stamp),
        Incoming::Unknown { .. } => return,
    };
    let Ok(frame) = frame else { return };
    let again = Incoming::parse(&frame[4..]).expect("what is encoded decodes");
    if let Incoming::Message { .. } = again {
        assert!(headsum_ok(&frame[4..]));
    }
    assert_eq!(incoming.data_len(), again.data_len());
});
