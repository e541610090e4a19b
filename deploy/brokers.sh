#!/usr/bin/env bash
# Message brokers to compare with: RabbitMQ and NATS from Debian, on free ports of 127.0.0.1. For `make bench` only.
#
#   deploy/brokers.sh install   what is missing of them
#   deploy/brokers.sh up        start both; prints NAME URL PID, a line each
#   deploy/brokers.sh down      stop them and remove their data
#
#   TMTP_BROKERS   where everything is kept (a folder of the user's in /tmp)
set -euo pipefail
cd "$(dirname "$0")/.."
here=$PWD
scratch=${TMTP_BROKERS:-/tmp/tmtp-brokers-$(id -u)}
rabbit=/usr/lib/rabbitmq/bin
stopping=(rabbitmq nats epmd)

# shellcheck source=deploy/processes.sh
source "$here/deploy/processes.sh"

ready_limit=90
stop_limit=30

main() {
    case ${1:-} in
        install) install ;;
        up) up ;;
        down) down ;;
        *) fail "unknown command '${1:-}'; try: install, up, down" ;;
    esac
}

install() {
    local packages=()
    [[ -x $rabbit/rabbitmq-server ]] || packages+=(rabbitmq-server)
    command -v nats-server >/dev/null || packages+=(nats-server)
    [[ ${#packages[@]} -eq 0 ]] || "$here/deploy/install-tools.sh" packages "${packages[@]}"
}

up() {
    own_folder tmtp-brokers TMTP_BROKERS
    exec 9>"$scratch/lock"
    flock -w 5 9 || fail "another brokers.sh works in $scratch"
    local name
    for name in "${stopping[@]}"; do
        ! is_running "$name" || fail "brokers run in $scratch already; stop them with 'deploy/brokers.sh down'"
    done
    choose_ports
    trap 'on_failure' EXIT
    trap 'exit 130' INT TERM
    start_rabbitmq
    start_nats
    trap - EXIT INT TERM
    printf 'rabbitmq amqp://127.0.0.1:%s %s\n' "$(port_of rabbitmq)" "$(pid_of rabbitmq)"
    printf 'nats nats://127.0.0.1:%s %s\n' "$(port_of nats)" "$(pid_of nats)"
}

choose_ports() {
    local name port
    : >"$scratch/ports"
    for name in rabbitmq distribution epmd nats; do
        port=$(free_port)
        echo "$name $port" >>"$scratch/ports"
    done
}

port_of() { awk -v name="$1" '$1 == name { print $2 }' "$scratch/ports"; }

start_rabbitmq() {
    local home=$scratch/rabbitmq as=()
    mkdir -p "$home"
    : >"$home/enabled_plugins"
    echo '[].' >"$home/enabled_plugins"
    printf 'listeners.tcp.default = 127.0.0.1:%s\nlog.console = true\nlog.file = false\n' "$(port_of rabbitmq)" \
        >"$home/rabbitmq.conf"
    if [[ $EUID -eq 0 ]]; then
        chown -R rabbitmq:rabbitmq "$home"
        as=(setpriv --reuid rabbitmq --regid rabbitmq --clear-groups --)
    fi
    start epmd "${as[@]}" epmd -address 127.0.0.1 -port "$(port_of epmd)"
    # The settings of a service of the system, if there is one, are none of ours.
    start rabbitmq env HOME="$home" ERL_EPMD_PORT="$(port_of epmd)" ERL_EPMD_ADDRESS=127.0.0.1 \
        RABBITMQ_NODENAME="load@localhost" RABBITMQ_DIST_PORT="$(port_of distribution)" \
        RABBITMQ_CONF_ENV_FILE=/dev/null RABBITMQ_CONFIG_FILE="$home/rabbitmq.conf" \
        RABBITMQ_ENABLED_PLUGINS_FILE="$home/enabled_plugins" RABBITMQ_MNESIA_BASE="$home/data" \
        RABBITMQ_LOG_BASE="$home/log" RABBITMQ_PID_FILE="$home/pid" \
        RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS="-kernel inet_dist_use_interface {127,0,0,1}" \
        "${as[@]}" "$rabbit/rabbitmq-server"
    wait_until rabbitmq "RabbitMQ answers" answers "$(port_of rabbitmq)"
}

start_nats() {
    start nats nats-server -a 127.0.0.1 -p "$(port_of nats)" -js -sd "$scratch/nats"
    wait_until nats "NATS answers" answers "$(port_of nats)"
}

answers() { ! is_free "$1"; }

down() {
    [[ -d $scratch ]] || return 0
    own_folder tmtp-brokers TMTP_BROKERS
    local name
    for name in "${stopping[@]}"; do
        stop "$name" TERM
    done
    rm -rf "$scratch"
}

main "$@"
