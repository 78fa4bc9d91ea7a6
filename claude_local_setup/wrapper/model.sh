# What a session asks about its model: the status line, and the command /local-model. It runs in the jail, as it stands.

status_line() { # what Claude Code says about the session comes in; one line goes out
  local session id used=''
  IFS= read -r -d '' session
  [[ $session =~ \"model\":\{\"id\":\"([^\"\\]+)\" ]] && id=${BASH_REMATCH[1]}
  [[ $session =~ \"used_percentage\":([0-9]{1,3}) ]] && used=" · ${BASH_REMATCH[1]}% used"
  ask GET /props '' 0.8
  case $status in
    "") echo "no server answers" ;;
    503) echo "the model is loading" ;;
    *)
      find_loaded "${id-}"
      [[ -n $loaded_model ]] || return 0
      printf '%s%s%s\n' "$loaded_model" "${server_context:+ · $server_context tokens}" "$used"
      [[ $session =~ \"context_window_size\":([0-9]{1,9}) ]] && follow_context "${BASH_REMATCH[1]}"
      ;;
  esac
}

find_loaded() { # NAME that the session sends: sets loaded_model and server_context
  server_context=
  if [[ $reply =~ \"role\":\"router\" ]]; then
    loaded_model=$1
    ask GET "/props?model=$1&autoload=false" '' 0.8
    [[ $status == 200 ]] && read_props
  elif ! read_props; then
    ask GET /running '' 0.8
    [[ $reply =~ \"model\":\"([^\"\\]+)\"[^{]*\"state\":\"ready\" ]] && plain "${BASH_REMATCH[1]}" && loaded_model=$REPLY
    ask GET "/upstream/$loaded_model/props" '' 0.8
    [[ -n $loaded_model && $status == 200 ]] && read_props
  fi
}

follow_context() { # TOKENS that the session counts on: others were loaded meanwhile, here or from another terminal
  [[ -n $server_context ]] && ((context_tokens == 0 && server_context != $1)) || return 0
  set_context "$server_context"
}

answer_prompt() { # Claude Code's hook on each prompt: answers those that begin with /local-model, without any model
  local given text
  IFS= read -r -d '' given
  [[ $given =~ \"prompt\"[[:space:]]*:[[:space:]]*\"/local-model(\ [^\"\\]*)?\" ]] || return 0
  text=${BASH_REMATCH[1]-}
  text=$(use_model "${text//[[:space:]]/}" 2>&1)
  printf '{"decision":"block","reason":"%s"}\n' "${text//$'\n'/\\n}"
}

use_model() { # [NAME]
  local wanted=$1 models=() active=''
  plain "$wanted"
  wanted=$REPLY
  list_models || return 0
  if [[ -z $wanted ]]; then
    printf 'models: %s\nloaded: %s\n%s\n' "${models[*]}" "${active:-none}" "switch with: /local-model NAME"
  elif [[ " ${models[*]} " != *" $wanted "* ]]; then
    printf 'the server knows no model %s, only: %s\n' "$wanted" "${models[*]}"
  else
    [[ $wanted == "$active" ]] || load_model "$wanted" || return 0
    say_loaded
  fi
}

list_models() { # sets models and active, of the management API; else says which way leads there
  local entry
  if [[ -z $management_host ]]; then
    other_ways "type /model NAME, if the server has several models (llama-server's router mode, llama-swap)"
  elif [[ $level == strict ]]; then
    other_ways "level strict cannot reach the management API; in another terminal: claude-local-setup models use NAME"
  else
    manage GET /models '' 3
    [[ $status == 200 && $reply == *'"models":['* ]] || other_ways "the management API does not answer now: is it switching?"
  fi || return 1
  while IFS= read -r -d $'\x1f' entry; do
    [[ $entry =~ ^\"([A-Za-z0-9._:/@+=,-]+)\" ]] || continue
    models+=("${BASH_REMATCH[1]}")
    [[ $entry == *'"active":true'* ]] && active=${models[-1]}
  done < <(printf '%s\x1f' "${reply//'"id":'/$'\x1f'}")
  return 0
}

other_ways() {
  echo "$1"
  return 1
}

load_model() { # NAME: false, and why, if it was not loaded. The API answers when all is over; 200 may mean failure.
  manage POST /switch "{\"model\":\"$1\"}" 660
  [[ $status == 200 && $reply =~ \"success\":\ ?true ]] && return
  case $status in
    409) echo "a switch is going on: try again when it is done" ;;
    *) echo "$1 was not loaded: claude-local-setup models, in another terminal, says what is" ;;
  esac
  return 1
}

say_loaded() {
  local tries
  for ((tries = 0; tries < 120; tries++)); do
    ask GET /props '' 2
    [[ $status == 200 ]] && read_props && break
    sleep 0.5
  done
  [[ $status == 200 ]] || { echo "it is loaded, but the server does not answer yet" && return; }
  if ((context_tokens == 0)); then
    set_context "$server_context"
    sleep 2.5 # until Claude Code has seen that its settings changed (2.1.197, 2.1.330: a second and a half)
  fi
  echo "$loaded_model answers, with a context of $server_context tokens"
}

manage() { # METHOD PATH BODY SECONDS
  local host=$management_host address=TCP:$management_host:$management_port
  [[ $host == *:* ]] && host=[$host] && address=TCP6:$host:$management_port
  exchange "$address" "$host:$management_port" "$1" "$2" none "$3" "$4"
}

case ${1-} in
  status) read_key && status_line ;;
  hook) read_key && answer_prompt ;;
  *) die 2 "it is for Claude Code" "type /local-model in a session, or: claude-local-setup models" ;;
esac
