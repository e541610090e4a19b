//! A header is refused, or reads back to the same after it was written.

use tmtp_wire::{Error, Head};

pub fn check(json: &[u8]) {
    match Head::parse(json) {
        Err(error) => assert_eq!(error, Error::Header),
        Ok(head) => {
            let _ = (head.check(1 << 30), head.request.id(), head.request.name());
            match head.encode() {
                Ok(frame) => {
                    let Ok(again) = Head::parse(&frame[4..]) else {
                        panic!("what is encoded does not decode")
                    };
                    assert_eq!(format!("{head:?}"), format!("{again:?}"));
                }
                // Escapes may make it longer than it came.
                Err(error) => assert_eq!(error, Error::HeaderLength),
            }
        }
    }
}
