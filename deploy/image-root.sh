#!/usr/bin/env bash
# Puts together all that is in the image: our three programs, the libraries that they load, authorities to trust, and a
# user. Nothing else: no shell, no package manager.
#
#   deploy/image-root.sh PROGRAMS ROOT    PROGRAMS is a folder with tmtpd, tmtp and tmtp-loadtest; ROOT must not exist
#
# The Dockerfile and image.sh both use it. Run on the system (glibc) that the programs were built on.
set -euo pipefail
cd "$(dirname "$0")/.."
programs=${1:?usage: deploy/image-root.sh PROGRAMS ROOT}
root=${2:?usage: deploy/image-root.sh PROGRAMS ROOT}
authorities=/etc/ssl/certs/ca-certificates.crt
user=65532

fail() { printf 'image-root: %s\n' "$*" >&2; exit 1; }

[[ ! -e $root ]] || fail "$root is there already"
[[ -r $authorities ]] || fail "no $authorities: install ca-certificates"

mkdir -p "$root"/{etc/ssl/certs,etc/tmtp,usr/local/bin,usr/share/doc/tmtp-hosting,tmp,var/lib/tmtp}
chmod 1777 "$root/tmp"
# What is not ours, for the list of what the image is made of. The file of authorities is of no package: it is made by
# a script of this one.
foreign=(/usr/share/doc/ca-certificates/copyright)
for program in tmtpd tmtp tmtp-loadtest; do
    # Names of symbols are a quarter of it; a panic tells its place without them.
    install -m 755 --strip "$programs/$program" "$root/usr/local/bin/$program"
    # As `libc.so.6 => /lib/.../libc.so.6 (0x..)`, and the loader alone on its line. vdso has no file.
    while read -r library; do
        install -D -m 755 "$library" "$root$library"
        foreign+=("$library")
    done < <(ldd "$programs/$program" | grep -o '/[^ ]*')
done
cp "$authorities" "$root/etc/ssl/certs/ca-certificates.crt"
echo "tmtp:x:$user:$user:TMTP:/var/lib/tmtp:/sbin/nologin" >"$root/etc/passwd"
echo "tmtp:x:$user:" >"$root/etc/group"
echo 'hosts: files dns' >"$root/etc/nsswitch.conf"
cp LICENSE "$root/usr/share/doc/tmtp-hosting/"
deploy/sbom.py "${foreign[@]}" >"$root/usr/share/doc/tmtp-hosting/sbom.cdx.json"
# Files of which the image's user owns nothing but the folder for data.
chmod -R u=rwX,go=rX "$root"
chmod 1777 "$root/tmp"
[[ $EUID -ne 0 ]] || { chown -R 0:0 "$root"; chown "$user:$user" "$root/var/lib/tmtp"; }
