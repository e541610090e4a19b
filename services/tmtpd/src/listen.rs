//! Ports, opened by name of the setting that asks for them, so that an error can say what to do.

use std::io::{Error, ErrorKind};
use std::net::{SocketAddr, TcpListener};

use anyhow::Context;
use socket2::{Domain, Protocol, Socket, Type};

/// Links that wait to be accepted; the kernel caps it at its own limit.
const BACKLOG: i32 = 4096;

/// Opens a port. `setting` is where an operator would choose another.
pub fn on(addr: SocketAddr, setting: &str) -> anyhow::Result<TcpListener> {
    open(addr).map_err(|error| {
        let advice = advice(&error, setting);
        anyhow::Error::new(error).context(format!("cannot listen on {addr}{advice}"))
    })
}

/// Opens several.
pub fn on_all(addrs: &[SocketAddr], setting: &str) -> anyhow::Result<Vec<TcpListener>> {
    addrs.iter().map(|addr| on(*addr, setting)).collect()
}

/// The address that a listener has, which tells the port where 0 was asked for.
pub fn addr(listener: &TcpListener) -> anyhow::Result<SocketAddr> {
    listener.local_addr().context("a listener has no address")
}

fn open(addr: SocketAddr) -> std::io::Result<TcpListener> {
    let socket = Socket::new(Domain::for_address(addr), Type::STREAM, Some(Protocol::TCP))?;
    // A restart must not wait for the former process's links to be forgotten.
    socket.set_reuse_address(true)?;
    if addr.is_ipv6() {
        // `[::]` and `0.0.0.0` can then both be listened on, whatever the machine's default is.
        socket.set_only_v6(true)?;
    }
    socket.bind(&addr.into())?;
    socket.listen(BACKLOG)?;
    socket.set_nonblocking(true)?;
    Ok(socket.into())
}

fn advice(error: &Error, setting: &str) -> String {
    match error.kind() {
        ErrorKind::AddrInUse => {
            format!(": something else does already; stop that, or choose another port with {setting}")
        }
        ErrorKind::PermissionDenied => {
            format!(": ports below 1024 are not for everyone; choose a higher one with {setting}")
        }
        ErrorKind::AddrNotAvailable => {
            format!(": this machine has no such address; choose another with {setting}")
        }
        _ => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_port_in_use_is_named_with_what_to_do() {
        let first = on(SocketAddr::from(([127, 0, 0, 1], 0)), "--tmtp-addr").unwrap();
        let taken = addr(&first).unwrap();
        let error = format!("{:#}", on(taken, "--tmtp-addr").unwrap_err());
        assert!(error.contains(&taken.to_string()) && error.contains("--tmtp-addr"), "{error}");
    }

    #[test]
    fn an_address_of_another_machine_is_named_with_what_to_do() {
        let error = format!("{:#}", on("192.0.2.1:0".parse().unwrap(), "edge.listen").unwrap_err());
        assert!(error.contains("no such address") && error.contains("edge.listen"), "{error}");
    }
}
