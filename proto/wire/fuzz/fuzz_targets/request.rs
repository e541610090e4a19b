//! A header is refused, or reads back to the same after it was written.
#![no_main]

use libfuzzer_sys::fuzz_target;
use tmtp_wire::{Error, Head};

fuzz_target!(|json: &[u8]| {
    match Head::parse(json) {
        Err(error) => assert_eq!(error, Error::Header),
        Ok(head) => {
            let _ = (head.check(1 << 30), head.request.id(), head.request.name());
            match head.encode() {
                Ok(frame) => {
                    let again = Head::parse(&frame[4..]).expect("what is encoded decodes");
                    assert_eq!(format!("{head:?}"), format!("{again:?}"));
                }
                // Escapes may make it longer than it came.
                Err(error) => assert_eq!(error, Error::HeaderLength),
            }
        }
    }
});
