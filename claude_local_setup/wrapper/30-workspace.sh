# The workspace: the git work tree that the current directory is in, else the current directory; and what it must not be.

# Below the home directory: secrets and other people's programs' data. Never readable in a session, never a workspace.
secrets=(
  .ssh .gnupg .aws .azure .kube .docker .oci .age .config/sops
  .config/gcloud .config/gh .config/glab-cli .config/hub .config/doctl .config/hcloud .config/heroku .config/fly .config/op
  .config/rclone .config/containers .config/github-copilot .config/age .config/stripe .config/netlify .config/configstore
  .mozilla .thunderbird .librewolf .zen .config/google-chrome .config/google-chrome-beta .config/chromium .config/vivaldi
  .config/BraveSoftware .config/microsoft-edge .config/opera .cache/mozilla .cache/google-chrome .cache/chromium
  .var/app snap/firefox snap/chromium snap/thunderbird
  .local/share/keyrings .local/share/kwalletd .config/kwalletrc .password-store .local/share/password-store .gopass
  .local/share/gopass .config/gopass .config/keepassxc .config/Bitwarden .config/1Password .1password
  .config/Signal .config/Slack .config/discord .config/Element .local/share/TelegramDesktop Mail Maildir .mail
  .config/Code/User/globalStorage .config/Cursor/User/globalStorage .vscode-server/data .gemini .codex
  .claude .claude.json
  .netrc .git-credentials .config/git/credentials .npmrc .yarnrc .yarnrc.yml .config/yarn .pypirc .config/pip .pip
  .cargo/credentials .cargo/credentials.toml .gem/credentials .m2/settings.xml .m2/settings-security.xml
  .gradle/gradle.properties .composer/auth.json .config/composer/auth.json .nuget/NuGet .terraform.d .terraformrc
  .s3cfg .boto .pgpass .my.cnf .mylogin.cnf .vault-token .Xauthority .ICEauthority .config/pulse .config/hcp
  .bash_history .zsh_history .zhistory .histfile .sh_history .local/share/fish .python_history .node_repl_history
  .mysql_history .psql_history .sqlite_history .rediscli_history .lesshst .viminfo .local/state/bash .local/state/zsh
)

# Below the home directory: what the machine runs or trusts. Readable, but never a workspace.
trusted=(
  .claude-local .config/claude-local-setup .local/state/claude-local-setup .local/share/claude-local-setup .local/bin bin
  .config/systemd .config/autostart .config/fish .config/environment.d .local/share/applications
)

find_workspace() { # sets cwd and workspace, or ends with the reason
  local dir reason
  cd -P . 2>/dev/null || die 1 "the current directory is gone" "cd to a project"
  cwd=$PWD
  workspace=$cwd
  dir=$cwd
  while [[ -n $dir ]]; do
    if [[ -e $dir/.git ]] && refusal "$dir"; then
      workspace=$dir
      break
    fi
    dir=${dir%/*}
  done
  refusal "$workspace" || die 1 "$workspace cannot be a workspace, $reason" "cd to a project's folder"
  is_allowed "$workspace" || die 1 "$workspace is not in isolation.workspaces" \
    "cd to one of them, or: claude-local-setup config edit"
}

refusal() { # FOLDER: false if it must not be a workspace; sets reason
  local name path
  reason=
  case $1 in
    /etc | /etc/* | /usr | /usr/* | /boot | /boot/* | /dev | /dev/* | /proc | /proc/* | /sys | /sys/* | /run | /run/* | \
      /bin | /sbin | /lib* | /var | /var/lib | /var/tmp | /var/log | /var/cache | /var/run | /var/spool/* | /tmp | /opt | \
      /srv | /mnt | /media | /home | /nix | /nix/* | /snap | /snap/*)
      reason="it is a folder of the system"
      ;;
  esac
  is_inside "$real_home" "$1" && reason="it holds your whole home directory"
  [[ $1 == / ]] && reason="it is the whole machine"
  for name in .config .local .local/share .local/state .cache; do
    [[ $1 == "$real_home/$name" ]] && reason="it holds the settings of your programs"
  done
  if is_inside "$1" "$real_home"; then
    name=${1#"$real_home"}/ # spelled out, not by is_inside: a hundred names, at each start
    for path in "${secrets[@]}"; do [[ $name == "/$path/"* ]] && reason="it holds secrets"; done
    for path in "${trusted[@]}"; do [[ $name == "/$path/"* ]] && reason="what lies there runs outside the jail"; done
  fi
  for name in "${also_hide[@]}"; do
    at_home "$name"
    is_inside "$1" "$REPLY" && reason="isolation.hide names it"
  done
  [[ -z $reason ]]
}

is_allowed() { # FOLDER: is it in isolation.workspaces (which may be empty: any)?
  local folder
  ((${#workspaces[@]})) || return 0
  for folder in "${workspaces[@]}"; do
    at_home "$folder"
    resolve "$REPLY" && is_inside "$1" "$REPLY" && return 0
  done
  return 1
}
