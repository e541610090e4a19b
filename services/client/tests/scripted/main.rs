//! The library, and the command `tmtp`, against a scripted site. The site is a double: it checks and answers as
//! the test says, no more. Against real sites they are tested where those are.

#[cfg(test)]
mod client;
#[cfg(test)]
mod command;
#[cfg(test)]
mod double;
#[cfg(test)]
mod link;
