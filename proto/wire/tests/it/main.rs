//! What the contract says, sentence by sentence.

#[cfg(test)]
mod answers;
#[cfg(test)]
mod form;
#[cfg(test)]
mod framing;
#[cfg(test)]
mod fuzzed;
#[cfg(test)]
mod incoming;
#[cfg(test)]
mod limits;
#[cfg(test)]
mod messages;
#[cfg(test)]
mod round_trips;
#[cfg(test)]
mod samples;
#[cfg(test)]
mod table;
#[cfg(test)]
mod texts;
