#!/usr/bin/env bash
# Stops what deploy/cluster.sh started; its data stays.
exec "$(dirname "$0")/cluster.sh" down
