#!/bin/bash -p
# claude-local: Claude Code on a local model, in a jail. `claude-local-setup apply` writes this file; edits are undone.
# shellcheck shell=bash disable=SC2034
set -u
caller_path=${PATH-/usr/local/bin:/usr/bin:/bin}
PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin # our own tools: never from the caller's folders
umask 077

# The config, as it was at the last apply.
product_version=0 # value
home=/nonexistent # value
real_home=/nonexistent # value
uid=0 # value
level=session # value
bwrap=bwrap # value
claude='' # value
enforced_sum='' # value
base_url=http://127.0.0.1:8080 # value
server_scheme=http # value
server_host=127.0.0.1 # value
server_port=8080 # value
server_path='' # value
management_host=127.0.0.1 # value
management_port=8081 # value
model='' # value
any_model=local # value
pinned_model=local # value
context_tokens=0 # value
max_output_tokens=0 # value
network=private # value
ports=() # value
publish=() # value
domains=() # value
workspaces=() # value
also_hide=() # value
also_read=() # value
also_write=() # value
pass_env=() # value
sent_env=() # value

session_model=$pinned_model # what this session's requests name
config_dir=$real_home/.claude-local
enforced=$config_dir/enforced.json
filter=$config_dir/seccomp.bpf
