//! What the contract says, sentence by sentence.

mod answers;
mod messages;
