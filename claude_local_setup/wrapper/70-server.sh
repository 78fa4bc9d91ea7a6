# The server, asked before a session starts: Claude Code itself would retry in silence, for minutes.
# Nothing is generated, and no model is loaded, by asking.

reporting=    # set by --check-server: every outcome is a line "CHECK|PROBLEM|REMEDY", and warnings end in "|warning"
kind=other    # single: llama-server with one model; router: its router mode; swap: llama-swap; other: anything else
loaded_model= # the name of the model that answers, as the server says it
server_context=0
advice="llama-server -c 65536 --jinja …"

least_context=24000  # the prompt alone has 14,000 to 19,000 tokens
enough_context=64000 # below, a session works but is summed up often
all_but_answer=16000

check_server() { # ends with the reason unless a session can work; sets session_model and context_tokens
  check_answers
  case $kind in
    router) find_router_model ;;
    swap) find_swap_model ;;
  esac
  check_request
  check_context
  check_header
}

fail() { # CHECK PROBLEM REMEDY
  [[ -n $reporting ]] || die 1 "$2" "$3"
  printf '%s|%s|%s\n' "$1" "$2" "$3"
  exit 1
}

warn() { # CHECK PROBLEM REMEDY
  if [[ -n $reporting ]]; then
    printf '%s|%s|%s|warning\n' "$1" "$2" "$3"
  elif [[ -t 2 ]]; then
    printf 'claude-local: %s: %s\n' "$2" "$3" >&2
  fi
}

well() { # CHECK
  [[ -z $reporting ]] || printf '%s||\n' "$1"
}

check_answers() { # sets kind, and what /props tells of a single model
  ask GET /props
  case $status in
    "") fail answers "no server answers at $base_url" "start it ($advice), or: claude-local-setup config set server.base_url URL" ;;
    503) fail answers "the server at $base_url is still loading its model" "wait a moment and start again" ;;
    401 | 403) fail answers "the server at $base_url refuses the key" "claude-local-setup config set server.auth_token KEY, then claude-local-setup apply" ;;
  esac
  well answers
  if [[ $status == 200 && $reply =~ \"role\"[[:space:]]*:[[:space:]]*\"router\" ]]; then
    kind=router
    [[ $reply =~ \"models_autoload\"[[:space:]]*:[[:space:]]*false ]] && autoload=
  elif [[ $status == 200 ]] && read_props; then
    kind=single
    session_model=$any_model # one model: any name will do, so the one that suits Claude Code best
  else
    ask GET /v1/models
    [[ $reply == *'"owned_by":"llama-swap"'* ]] && kind=swap
  fi
  return 0
}

autoload=yes slots=1 asleep='' knows_tools=yes

read_props() { # sets server_context, loaded_model and the rest from a model's /props
  [[ $reply =~ \"n_ctx\"[[:space:]]*:[[:space:]]*([1-9][0-9]{0,8})[^0-9] ]] || return 1
  server_context=${BASH_REMATCH[1]}
  [[ $reply =~ \"model_alias\"[[:space:]]*:[[:space:]]*\"([^\"]+)\" ]] && plain "${BASH_REMATCH[1]##*/}" && loaded_model=$REPLY
  [[ $reply =~ \"total_slots\"[[:space:]]*:[[:space:]]*([1-9][0-9]{0,3})[^0-9] ]] && slots=${BASH_REMATCH[1]}
  [[ $reply =~ \"is_sleeping\"[[:space:]]*:[[:space:]]*true ]] && asleep=yes
  [[ $reply =~ \"supports_tools\"[[:space:]]*:[[:space:]]*false && $reply =~ \"supports_tool_calls\"[[:space:]]*:[[:space:]]*false ]] && knows_tools=
  return 0
}

find_router_model() { # the configured one, or the one that is loaded; a request for another one would load it
  local entry state='' found=''
  ask GET /models
  while IFS= read -r -d $'\x1f' entry; do
    [[ $entry =~ ^([^\"\\]+)\".*\"status\":\{\"value\":\"([a-z]+)\" ]] || continue
    [[ -n $model && ${BASH_REMATCH[1]} == "$model" || -z $model && -z $found && ${BASH_REMATCH[2]} == loaded ]] || continue
    found=${BASH_REMATCH[1]} state=${BASH_REMATCH[2]}
    [[ $entry == *'"failed":true'* ]] && state=failed
    [[ $entry =~ \"(--ctx-size|-c)\",\"([1-9][0-9]{0,8})\" ]] && server_context=${BASH_REMATCH[2]}
  done < <(printf '%s\x1f' "${reply//'{"id":"'/$'\x1f'}")
  take_model "$found"
  case $state in
    loaded) ask GET "/props?model=$REPLY&autoload=false" && [[ $status == 200 ]] && read_props ;;
    loading) fail "the model" "the server at $base_url is still loading $loaded_model" "wait a moment and start again" ;;
    failed) fail "the model" "the server could not load $loaded_model" "claude-local-setup models, then: claude-local-setup models use NAME" ;;
    *) [[ -n $autoload ]] || fail "the model" "$loaded_model is not loaded" "claude-local-setup models use $loaded_model" ;;
  esac
  [[ $state == loaded ]] || asleep=yes
  well "the model"
}

find_swap_model() { # the configured one, or the one that runs
  local found=$model running=''
  [[ -n $model && $reply != *"\"id\":\"$model\""* ]] && found=
  ask GET /running
  [[ -z $model && $reply =~ \"model\":\"([^\"\\]+)\"[^{]*\"state\":\"ready\" ]] && found=${BASH_REMATCH[1]}
  take_model "$found"
  [[ $reply =~ \"model\":\"([^\"\\]+)\"[^{]*\"state\":\"ready\" && ${BASH_REMATCH[1]} == "$found" ]] && running=yes
  if [[ -n $running ]]; then
    ask GET "/upstream/$REPLY/props"
    [[ $status == 200 ]] && read_props
  fi
  [[ -n $running ]] || asleep=yes
  well "the model"
}

take_model() { # NAME, "" if there is none: sets session_model, loaded_model and REPLY, as it is written in a URL
  if [[ -z $1 && -n $model ]]; then
    plain "$model"
    fail "the model" "the server has no model $REPLY" "claude-local-setup models lists them; then: claude-local-setup config set server.model NAME"
  fi
  [[ -n $1 ]] || fail "the model" "the server at $base_url has loaded no model" "claude-local-setup models use NAME"
  plain "$1"
  [[ $REPLY == "$1" ]] || fail "the model" "the name of the server's model, $REPLY, cannot be used" "give it a plain name"
  session_model=$1 loaded_model=$1
  REPLY=${1//\//%2F}
  REPLY=${REPLY// /%20}
}

check_request() { # a request with a tool and a system message in mid-conversation, as Claude Code sends them, only counted
  local middle
  if [[ -n $asleep ]]; then # it would be loaded for that
    unasked "the model is not loaded now: the first answer waits until it is" "claude-local-setup models use ${loaded_model:-NAME}"
    return
  fi
  count_tokens ',{"role":"system","content":"x"}'
  [[ $status == 4?? || $status == 5?? ]] && count_tokens ''
  case $status in
    200) judge_request ;;
    "") unasked "the server is slow to count tokens" "look at the load of its machine" ;;
    404 | 405 | 501)
      [[ $kind == other ]] || fail "Messages API" "this llama-server is too old: it has no Messages API" "update llama.cpp"
      unasked "the server at $base_url cannot count tokens" "nothing, if sessions work"
      ;;
    *) refuse_request ;;
  esac
}

unasked() { # PROBLEM REMEDY: what cannot be known before the session
  local check
  [[ -n $reporting ]] || warn "" "$1" "$2"
  [[ -z $reporting ]] || for check in "Messages API" tools "system message in mid-conversation"; do warn "$check" "$1" "$2"; done
}

refuse_request() {
  case $status in
    401 | 403) fail "Messages API" "the server at $base_url refuses the key" "claude-local-setup config set server.auth_token KEY, then claude-local-setup apply" ;;
    503) fail "Messages API" "the server at $base_url is still loading its model" "wait a moment and start again" ;;
  esac
  [[ $reply == *--jinja* ]] && fail "tools" "the server was started without tool templates" "start llama-server with --jinja, and without --no-jinja"
  plain "${reply:0:200}"
  fail "Messages API" "the server refuses a session's request ($status $REPLY)" "try another model or --chat-template, and update llama.cpp"
}

judge_request() {
  well "Messages API"
  [[ -n $knows_tools ]] || fail "tools" "the chat template of ${loaded_model:-the model} knows no tools" "use a model that is trained for tools, or llama-server --chat-template-file FILE"
  well "tools"
  check_middle
}

check_middle() { # what the template said to a system message in mid-conversation
  if [[ -n $middle || $session_model == *claude-3-* ]]; then
    well "system message in mid-conversation"
  else
    fail "system message in mid-conversation" "the chat template of ${loaded_model:-the model} refuses system messages in mid-conversation" \
      "give the model a name with claude-3- in it (an alias such as local-claude-3-$loaded_model), or another --chat-template"
  fi
}

count_tokens() { # MESSAGE after the first one: sets status; middle is emptied if only without it the server is content
  local tool='{"name":"x","description":"x","input_schema":{"type":"object","properties":{}}}'
  middle=$1
  ask POST /v1/messages/count_tokens \
    "{\"model\":\"$session_model\",\"max_tokens\":1,\"messages\":[{\"role\":\"user\",\"content\":\"x\"}$1],\"tools\":[$tool]}"
}

check_context() { # sets context_tokens: what the server gives to one request, or less if the config says so
  local remedy="start llama-server with -c 65536"
  ((slots > 1)) && remedy+=" and without -np, which divides it"
  ((server_context == 0 || context_tokens > 0 && context_tokens < server_context)) || context_tokens=$server_context
  if ((context_tokens == 0)); then
    warn "context" "the server does not say how large its context is" "claude-local-setup config set server.context_tokens N"
  elif ((context_tokens < least_context)); then
    ((server_context == 0 || context_tokens == server_context)) || remedy="claude-local-setup config set server.context_tokens 0, then apply"
    is_trained_less && remedy="use another model: this one was made for no more"
    fail "context" "a context of $context_tokens tokens is too small: a session begins with up to 19000" "$remedy"
  elif ((max_output_tokens > 0 && max_output_tokens + all_but_answer > context_tokens)); then
    warn "context" "answers of $max_output_tokens tokens leave no room in a context of $context_tokens" "claude-local-setup config set server.max_output_tokens 0, then apply"
  elif ((context_tokens < enough_context)); then
    warn "context" "a context of $context_tokens tokens is soon full" "$remedy"
  else
    well "context"
  fi
}

is_trained_less() { # is the context as large as the model allows? The server caps it without a word.
  [[ $kind == single ]] && ask GET /v1/models && [[ $reply =~ \"n_ctx_train\":([0-9]{1,9})[^0-9] ]] && ((BASH_REMATCH[1] <= server_context))
}

check_header() {
  [[ -z $reporting || $(<"$enforced") == *'"CLAUDE_CODE_ATTRIBUTION_HEADER": "0"'* ]] ||
    fail "attribution header off" "it changes with each session, and with it the whole prompt" "claude-local-setup apply"
  well "attribution header off"
}

session_rules() { # sets rules: enforced.json with the model's name that this session uses, "" where it is there already
  rules=
  [[ $session_model == "$pinned_model" ]] && return
  rules=$(<"$enforced")
  rules=${rules//": \"$pinned_model\""/": \"$session_model\""}
  local number
  for number in "${!sent_env[@]}"; do
    [[ ${sent_env[number]} == *"=$pinned_model" ]] && sent_env[number]=${sent_env[number]%%=*}=$session_model
  done
  return 0
}

write_rules() { # false if enforced.json serves as it is
  [[ -n $rules ]] || return 1
  [[ -n $session_dir ]] || make_session_dir
  have_session_dir
  printf '%s\n' "$rules" >"$session_dir/enforced.json" || die 1 "cannot write $session_dir" "df $session_dir"
}

# What Claude Code counts on is in its environment. While it runs it can only be changed in settings.json, which beats the
# environment, so there it must not stay: behind a key of ours, in a form of its own, so that nothing else is touched.
set_context() { # TOKENS, or "" to take it out again
  local file=$config_dir/settings.json text wanted='' rest
  local key='"CLAUDE_CODE_MAX_CONTEXT_TOKENS"' most='"CLAUDE_CODE_MAX_OUTPUT_TOKENS"' is='[[:space:]]*:[[:space:]]*"'
  local ours="(\"CLAUDE_CODE_ATTRIBUTION_HEADER\"${is}0\")(,[[:space:]]*$key${is}[0-9]+\",[[:space:]]*$most${is}[0-9]+\")?"
  [[ ! -L $file && -w $file ]] && read_whole "$file" || return 0
  text=$REPLY
  [[ $text =~ $ours ]] || return 0
  rest=${BASH_REMATCH[2]-}
  output_limit "${1:-0}"
  [[ -z $1 ]] || wanted=", $key: \"$1\", $most: \"$REPLY\""
  [[ $wanted != "$rest" ]] || return 0
  text=${text/"${BASH_REMATCH[0]}"/"${BASH_REMATCH[1]}$wanted"}
  # Never through a link: a session can put one where a file is expected.
  rest=$config_dir/.settings.$$.$RANDOM
  (set -C && printf '%s' "$text" >"$rest") 2>/dev/null && mv -fT -- "$rest" "$file"
  return 0
}

output_limit() { # CONTEXT: sets REPLY to the tokens that one answer may have
  REPLY=32000
  (($1 / 4 < REPLY)) && REPLY=$(($1 / 4))
  ((max_output_tokens)) && REPLY=$max_output_tokens
  return 0
}

plain() { # TEXT of the server's: sets REPLY to it without anything that a terminal or JSON would take for more
  local LC_ALL=C
  REPLY=${1//[^A-Za-z0-9._:\/@+=, -]/?}
}

ask() { # METHOD PATH [BODY] [SECONDS]: sets status ("" if nobody answers) and reply
  local address=TCP:$server_host:$server_port host=$server_host
  [[ $server_host == *:* ]] && host=[$server_host] && address=TCP6:[$server_host]:$server_port
  [[ $server_scheme == https ]] && address=OPENSSL:$host:$server_port,verify=1,commonname=$server_host
  exchange "$address" "$host:$server_port" "$1" "$server_path$2" "Bearer $auth_token" "${3-}" "${4-1.8}"
}

exchange() { # ADDRESS HOST METHOD PATH KEY BODY SECONDS
  local LC_ALL=C text
  status='' reply=''
  # The key goes through the pipe: an argument would be seen by everybody on the machine. A router takes a connection
  # that is half closed for one that was given up.
  text=$(printf '%s %s HTTP/1.0\r\nHost: %s\r\nAuthorization: %s\r\nContent-Type: application/json\r\nContent-Length: %d\r\nConnection: close\r\n\r\n%s' \
    "$3" "$4" "$2" "$5" "${#6}" "$6" | timeout "$7" socat -T "$7" -t "$7" - "$1,connect-timeout=$7,shut-none" 2>/dev/null | head -c 300000 | tr -d '\0')
  [[ $text =~ ^HTTP/[0-9.]+\ ([0-9]{3}) ]] || return 0
  status=${BASH_REMATCH[1]}
  reply=${text#*$'\r\n\r\n'}
  reply=${reply//'": '/'":'} # some write JSON with spaces, some without
  reply=${reply//', "'/',"'}
}

read_key() { # sets auth_token; the file is nobody else's, this script is everybody's
  [[ -f $enforced && ! -L $enforced && -r $enforced && -O $enforced ]] || die 1 "$enforced is missing" "claude-local-setup apply"
  local text
  text=$(<"$enforced")
  [[ $text =~ \"ANTHROPIC_AUTH_TOKEN\":\ \"([^\"\\]+)\" ]] || die 1 "$enforced is damaged" "claude-local-setup apply"
  auth_token=${BASH_REMATCH[1]}
}
