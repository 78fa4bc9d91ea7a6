"""Below the home: what is nobody's workspace, and is not shown though something on PATH or in a config leads there.

The home is shown by an allow-list (home.py); these names are its second line of defence, and the refusals' reasons.
"""

from __future__ import annotations

from ..linux.files import is_inside

# Credentials, histories, mail, other people's programs' data.
SECRET = (
    *(".ssh", ".gnupg", ".aws", ".azure", ".kube", ".docker", ".oci", ".age", ".config/sops", ".config/gcloud"),
    *(".config/gh", ".config/glab-cli", ".config/hub", ".config/doctl", ".config/hcloud", ".config/heroku"),
    *(
        ".config/fly",
        ".fly",
        ".config/op",
        ".config/rclone",
        ".config/containers",
        ".config/github-copilot",
        ".config/age",
    ),
    *(".config/stripe", ".config/netlify", ".config/configstore", ".mozilla", ".thunderbird", ".librewolf", ".zen"),
    *(".config/google-chrome", ".config/google-chrome-beta", ".config/chromium", ".config/vivaldi", ".config/opera"),
    *(".config/BraveSoftware", ".config/microsoft-edge", ".cache/mozilla", ".cache/google-chrome", ".cache/chromium"),
    *(
        ".var/app",
        "snap/firefox",
        "snap/chromium",
        "snap/thunderbird",
        ".local/share/keyrings",
        ".local/share/kwalletd",
    ),
    *(".config/kwalletrc", ".password-store", ".local/share/password-store", ".gopass", ".local/share/gopass"),
    *(".config/gopass", ".config/keepassxc", ".config/Bitwarden", ".config/1Password", ".1password", ".config/Signal"),
    *(
        ".config/Slack",
        ".config/discord",
        ".config/Element",
        ".local/share/TelegramDesktop",
        "Mail",
        "Maildir",
        ".mail",
    ),
    *(".config/Code/User/globalStorage", ".config/Cursor/User/globalStorage", ".vscode-server/data"),
    *(".gemini", ".codex", ".claude", ".claude.json", ".claude.json.backup", ".netrc", ".git-credentials"),
    *(".config/git/credentials", ".npmrc", ".yarnrc", ".yarnrc.yml", ".config/yarn", ".pypirc", ".config/pip", ".pip"),
    *(".cargo/credentials", ".cargo/credentials.toml", ".gem/credentials", ".m2/settings.xml"),
    *(".m2/settings-security.xml", ".gradle/gradle.properties", ".composer/auth.json", ".config/composer/auth.json"),
    *(".nuget/NuGet", ".terraform.d", ".terraformrc", ".s3cfg", ".boto", ".pgpass", ".my.cnf", ".mylogin.cnf"),
    *(".vault-token", ".Xauthority", ".ICEauthority", ".config/pulse", ".config/hcp", ".cache/huggingface/token"),
    *(".bash_history", ".zsh_history", ".zhistory", ".histfile", ".sh_history", ".local/share/fish", ".python_history"),
    *(".node_repl_history", ".mysql_history", ".psql_history", ".sqlite_history", ".rediscli_history", ".lesshst"),
    *(".viminfo", ".local/state/bash", ".local/state/zsh"),
)

_SECRET = frozenset(SECRET)
_HOLDING = frozenset(name[:end] for name in SECRET for end, letter in enumerate(name) if letter == "/")

# What the machine runs or trusts: may be readable, never writable.
TRUSTED = (
    *(
        ".claude-local",
        ".config/claude-local-setup",
        ".local/state/claude-local-setup",
        ".local/share/claude-local-setup",
    ),
    *(
        ".local/share/claude-local",
        ".local/share/claude-local-server",
        ".local/bin",
        "bin",
        ".config/systemd",
        ".config/autostart",
        ".config/fish",
    ),
    *(".config/environment.d", ".local/share/applications", ".cargo", ".oh-my-zsh"),
    *(".oh-my-bash", ".zprezto", ".zsh", ".antigen", ".local/share/zinit", ".nvm", ".pyenv", ".rbenv", ".asdf"),
    *(".rustup", ".sdkman", ".volta", ".deno", ".bun", ".dotnet", ".local/share/mise", ".local/share/claude"),
)

# Folders that hold the settings of many programs: too wide to be shown or opened whole.
SHARED = (".config", ".local", ".local/share", ".local/state", ".cache")

_SYSTEM = (
    *("/etc", "/usr", "/boot", "/dev", "/proc", "/sys", "/run", "/nix", "/snap", "/bin", "/sbin", "/lib", "/lib32"),
    *("/lib64", "/libx32", "/var/spool", "/var/run", "/gnu", "/lost+found"),
)
_TOO_WIDE = (
    *("/var", "/var/lib", "/var/tmp", "/var/log", "/var/cache", "/var/spool", "/tmp", "/opt", "/srv", "/mnt", "/media"),
    *("/home", "/root"),
)


def refusal(folder: str, home: str, hide: tuple[str, ...] | list[str] = ()) -> str:
    """Why the folder (a real path) must not be written by a session; "" if it may."""
    if folder == "/":
        return "it is the whole machine"
    if is_inside(home, folder):
        return "it holds your whole home directory"
    if folder in _TOO_WIDE or any(is_inside(folder, place) for place in _SYSTEM):
        return "it is a folder of the system"
    if any(folder == f"{home}/{name}" for name in SHARED):
        return "it holds the settings of your programs"
    if any(is_inside(folder, f"{home}/{name}") for name in SECRET):
        return "it holds secrets"
    if any(is_inside(folder, f"{home}/{name}") for name in TRUSTED):
        return "what lies there runs outside the jail"
    if any(is_inside(folder, place) for place in hide):
        return "isolation.hide names it"
    return ""


def is_secret(path: str, home: str) -> bool:
    """Whether the real path is one of the secrets, lies in one, or holds one (the home itself does)."""
    if is_inside(home, path) or not is_inside(path, home):
        return is_inside(home, path)
    names = path[len(home) :].strip("/").split("/")
    return "/".join(names) in _HOLDING or any("/".join(names[:end]) in _SECRET for end in range(1, len(names) + 1))
