#!/usr/bin/env bash
# Builds a Debian package: tmtpd, tmtp, a systemd unit for each role, settings for one process on SQLite.
#
#   deploy/deb.sh FOLDER               build for release, and put tmtp-hosting_VERSION_ARCH.deb into FOLDER
#   deploy/deb.sh FOLDER PROGRAMS      the same with tmtpd and tmtp from the folder PROGRAMS
#
#   TMTP_COMMIT   the commit that the programs tell (that of this tree)
#   DEB_ZIP       how to compress it: xz (the default), gzip, none
#
# Build it on the oldest system that it is to run on: it needs a C library at least as new.
set -euo pipefail
out=$(realpath -- "${1:?usage: deploy/deb.sh FOLDER [PROGRAMS]}")
programs=${2:+$(realpath -- "$2")}
cd "$(dirname "$0")/.."

if [[ -z $programs ]]; then
    export TMTP_COMMIT=${TMTP_COMMIT:-$(git rev-parse HEAD 2>/dev/null || true)}
    cargo build --release --locked -p tmtpd -p tmtp-client
    programs=${CARGO_TARGET_DIR:-$PWD/target}/release
fi
version=$(sed -n '/^\[workspace.package\]/,/^\[/s/^version = "\(.*\)"$/\1/p' Cargo.toml)
arch=$(dpkg --print-architecture)
root=$(mktemp -d)
trap 'rm -rf "$root"' EXIT
chmod 755 "$root"

install -D -m 755 -t "$root/usr/bin" "$programs/tmtpd" "$programs/tmtp"
install -D -m 644 -t "$root/lib/systemd/system" deploy/systemd/tmtpd@.service
install -D -m 644 -t "$root/etc/tmtp" deploy/debian/tmtpd.toml
install -D -m 644 -t "$root/usr/share/doc/tmtp-hosting" README.md CHANGELOG.md
install -D -m 644 deploy/README.md "$root/usr/share/doc/tmtp-hosting/operating.md"
install -D -m 644 LICENSE "$root/usr/share/doc/tmtp-hosting/copyright"
deploy/sbom.py >"$root/usr/share/doc/tmtp-hosting/sbom.cdx.json"
chmod 644 "$root/usr/share/doc/tmtp-hosting/sbom.cdx.json"
for program in tmtpd tmtp; do
    mkdir -p "$root/usr/share/bash-completion/completions"
    "$programs/$program" completions bash >"$root/usr/share/bash-completion/completions/$program"
done

# The newest part of the C library that the programs ask for.
libc=$(objdump -T "$programs/tmtpd" "$programs/tmtp" | grep -o 'GLIBC_[0-9.]*' | sort -uV | tail -n 1)
mkdir "$root/DEBIAN"
install -m 755 -t "$root/DEBIAN" deploy/debian/{postinst,prerm,postrm}
echo /etc/tmtp/tmtpd.toml >"$root/DEBIAN/conffiles"
cat >"$root/DEBIAN/control" <<CONTROL
Package: tmtp-hosting
Version: $version
Architecture: $arch
Maintainer: TMTP hosting <root@localhost>
Installed-Size: $(du -sk --exclude=DEBIAN "$root" | cut -f1)
Depends: libc6 (>= ${libc#GLIBC_}), libgcc-s1, passwd, ca-certificates
Suggests: postgresql (>= 15), redis-server (>= 5:7)
Section: net
Priority: optional
Description: members-only messaging for organizations, over TMTP
 tmtpd serves sites and their members, tmtp is a member's client at the
 command line. One process on SQLite for small installations, or several
 roles over Postgres and Redis.
CONTROL
package=$out/tmtp-hosting_${version}_$arch.deb
dpkg-deb --root-owner-group "-Z${DEB_ZIP:-xz}" --build "$root" "$package" >/dev/null
echo "$package"
