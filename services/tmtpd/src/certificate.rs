//! Self-signed certificates, for trying things out and for members who were told `=host:port`.

use std::fs::{File, OpenOptions};
use std::io::{ErrorKind, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use rcgen::{CertificateParams, DnType, KeyPair};

use crate::args::Certificate;
use crate::print;

/// `tmtpd certificate`.
pub fn run(args: &Certificate) -> anyhow::Result<()> {
    let name = args.file_name.as_ref().or(args.hosts.first()).context("--host is missing")?;
    let (cert, key) = paths(&args.out, name);
    if !args.force && (cert.exists() || key.exists()) {
        bail!("{} or its key is there already; --force writes over it", cert.display());
    }
    write(&args.out, name, &args.hosts)?;
    print::line(format_args!("{}\n{}", cert.display(), key.display()));
    Ok(())
}

/// Makes a certificate in `folder`, unless there is one of this name.
pub fn keep(folder: &Path, name: &str, hosts: &[String]) -> anyhow::Result<()> {
    let (cert, key) = paths(folder, name);
    if cert.exists() && key.exists() { Ok(()) } else { write(folder, name, hosts) }
}

fn paths(folder: &Path, name: &str) -> (PathBuf, PathBuf) {
    (folder.join(format!("{name}.pem")), folder.join(format!("{name}.key")))
}

fn write(folder: &Path, name: &str, hosts: &[String]) -> anyhow::Result<()> {
    if name.contains(['/', '\\']) || name.starts_with('.') {
        bail!("`{name}` cannot name a file");
    }
    std::fs::create_dir_all(folder)
        .with_context(|| format!("cannot make the folder {}", folder.display()))?;
    let key = KeyPair::generate()?;
    let cert = params(hosts)?.self_signed(&key)?;
    let (cert_path, key_path) = paths(folder, name);
    // The key first: an edge that looks in between finds no certificate without its key.
    put(&key_path, &key.serialize_pem(), 0o600)?;
    put(&cert_path, &cert.pem(), 0o644)
}

fn params(hosts: &[String]) -> anyhow::Result<CertificateParams> {
    let mut names: Vec<String> = hosts.to_vec();
    for local in ["127.0.0.1", "::1"] {
        if !names.iter().any(|name| name == local) {
            names.push(local.to_owned());
        }
    }
    let mut params = CertificateParams::new(names).context("a host is no host name")?;
    if let Some(first) = hosts.first() {
        params.distinguished_name.push(DnType::CommonName, first.as_str());
    }
    Ok(params)
}

/// Writes a file as a whole or not at all.
pub fn put(path: &Path, text: &str, mode: u32) -> anyhow::Result<()> {
    let draft = path.with_extension("new");
    let write = || -> std::io::Result<()> {
        match std::fs::remove_file(&draft) {
            Err(error) if error.kind() != ErrorKind::NotFound => return Err(error),
            _ => {}
        }
        let mut file: File = OpenOptions::new().write(true).create_new(true).mode(mode).open(&draft)?;
        file.write_all(text.as_bytes())?;
        file.sync_all()?;
        std::fs::rename(&draft, path)
    };
    write().with_context(|| format!("cannot write {}", path.display()))
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[test]
    fn the_key_is_for_its_owner_only_and_goes_with_the_certificate() {
        let folder = tempfile::tempdir().unwrap();
        keep(folder.path(), "a.example", &["a.example".into(), "localhost".into()]).unwrap();
        let key = folder.path().join("a.example.key");
        assert_eq!(key.metadata().unwrap().permissions().mode() & 0o777, 0o600);
        assert!(tmtp_edge::check_certificates(folder.path()).is_ok());
    }

    #[test]
    fn a_certificate_that_is_there_is_kept() {
        let folder = tempfile::tempdir().unwrap();
        let read = || std::fs::read(folder.path().join("default.pem")).unwrap();
        keep(folder.path(), "default", &["localhost".into()]).unwrap();
        let first = read();
        keep(folder.path(), "default", &["localhost".into()]).unwrap();
        assert_eq!(read(), first);
    }

    #[test]
    fn a_name_that_leads_out_of_the_folder_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        assert!(keep(folder.path(), "../x", &["x".into()]).is_err());
    }
}
