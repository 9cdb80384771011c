#!/bin/sh
# Make the namespace, or correct how long it keeps closed workflows.
set -eu
tries=0
until temporal operator cluster health; do
  tries=$((tries + 1))
  [ "$tries" -lt 60 ] || exit 1
  sleep 2
done
if temporal operator namespace describe -n "$NAMESPACE" > /dev/null 2>&1; then
  temporal operator namespace update -n "$NAMESPACE" --retention "$RETENTION"
else
  temporal operator namespace create -n "$NAMESPACE" --retention "$RETENTION"
fi
