"""Tools of everyday work and an ordinary job of each: (programs, what is done outside first, the job in the jail)."""

from __future__ import annotations

PYPROJECT = '[project]\nname = "p"\nversion = "1"\nrequires-python = ">=3.9"\n'
NUMBERS = '{"dependencies": {"is-number": "7"}}'
POETRY = '[tool.poetry]\npackage-mode = false\n[tool.poetry.dependencies]\npython = ">=3.9"\n'
HOOK = "{id: x, name: x, language: python, entry: python -c 1, files: py}"
POM = (
    "<project><modelVersion>4.0.0</modelVersion><groupId>g</groupId><artifactId>a</artifactId>"
    "<version>1</version></project>"
)
GEM = "Gem::Specification.new { |s| s.name = 'a'; s.version = '1'; s.summary = 'x'; s.authors = ['a'] }"
PAGE = """const { chromium } = require(require.resolve('playwright-core', { paths: [process.env.TOOLS_JS] }));
(async () => {
  const browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox'] });
  const page = await browser.newPage();
  await page.setContent('<h1>well</h1>');
  console.log(await page.textContent('h1'));
  await browser.close();
})();
"""

FILES = {
    "uv": {"pyproject.toml": PYPROJECT + 'dependencies = ["six"]\n'},
    "poetry": {"pyproject.toml": POETRY},
    "pre-commit": {".pre-commit-config.yaml": f"repos: [{{repo: local, hooks: [{HOOK}]}}]\n", "a.py": ""},
    "tox": {"tox.ini": "[tox]\nenvlist=py\nskipsdist=true\n[testenv]\nskip_install=true\ncommands=python -c 1\n"},
    "nox": {"noxfile.py": "import nox\n@nox.session\ndef x(s):\n    s.run('python', '-c', '1')\n"},
    "hatch": {"pyproject.toml": PYPROJECT + "[tool.hatch.envs.default]\nskip-install = true\n"},
    "pdm": {"pyproject.toml": PYPROJECT},
    "pytest": {"test_a.py": "def test(tmp_path): pass\n"},
    "mypy": {"a.py": "x: int = 1\n"},
    "ruff": {"a.py": "x = 1\n"},
    "black": {"a.py": "x = 1\n"},
    **{name: {"package.json": NUMBERS} for name in ("npm", "pnpm", "yarn", "bun")},
    "typescript": {"a.ts": "const x: number = 1\n"},
    "eslint": {".eslintrc.json": '{"root": true}', "a.js": "var x = 1\n"},
    "prettier": {"a.js": "x = 1;\n"},
    "jest": {"package.json": "{}", "a.test.js": "test('a', () => {})\n"},
    "vite": {"index.html": "<h1>x</h1>"},
    "go": {"go.mod": "module p\n", "main.go": "package main\nfunc main() { println(1) }\n"},
    "gradle": {"build.gradle": ""},
    "maven": {"pom.xml": POM},
    "java": {"A.java": "class A { public static void main(String[] a) {} }\n"},
    "ccache": {"a.c": "int main() { return 0; }\n"},
    "cmake": {"CMakeLists.txt": "project(p C)\nadd_executable(a a.c)\n", "a.c": "int main() { return 0; }\n"},
    "make": {"Makefile": "a:\n\tdate >a\n"},
    "bundler": {"Gemfile": ""},
    "gem": {"a.gemspec": GEM},
    "composer": {"composer.json": "{}"},
    "mise": {"mise.toml": '[tools]\nnode = "20.1.0"\n[tasks.job]\nrun = "echo well"\n'},
    "chromium": {"a.html": "<h1>x</h1>"},
    "playwright": {"a.js": PAGE},
}
AGAIN = "rm -rf node_modules; {}; node -e 'require(\"is-number\")'"
JOBS: dict[str, tuple[str, str, str]] = {
    "uv": ("uv", "uv sync; rm -rf .venv", "uv sync --offline && uv run --offline python -c 'import six'; rm -rf .venv"),
    "uvx": ("uv", "uvx --from six python -c 1", "uvx --offline --from six python -c 'import six'"),
    "pip": (
        "python3",
        "python3 -m pip download -q -d wheels six",
        "rm -rf v; python3 -m venv v; v/bin/pip install -q --no-index --find-links wheels six; v/bin/pip cache dir",
    ),
    "poetry": ("poetry", "poetry install", "poetry run python -c 1; poetry check; poetry install; poetry env info"),
    "pre-commit": (
        "pre-commit git",
        "git init -q; git add .; git commit -qm x; pre-commit install; pre-commit run -a",
        "echo x=1 >>a.py; git add a.py; echo y=2 >>a.py; git commit -qm z; git checkout -q a.py",
    ),
    "tox": ("tox", "true", "rm -rf .tox; tox -q"),
    "nox": ("nox", "true", "nox"),
    "hatch": ("hatch", "true", "hatch run python -c 1"),
    "pdm": ("pdm", "true", "pdm run python -c 1; pdm info"),
    "pipenv": ("pipenv", "pipenv install six", "pipenv run python -c 'import six'"),
    "pytest": ("pytest", "true", "pytest -q"),
    "mypy": ("mypy", "true", "mypy a.py"),
    "ruff": ("ruff", "true", "ruff check a.py"),
    "black": ("black", "true", "black -q a.py"),
    "npm": ("npm", "npm install", AGAIN.format("npm ci --offline; npm ls")),
    "npx": ("npx", "npx -y cowsay hi", "npx --offline cowsay hi"),
    "pnpm": ("pnpm", "pnpm install; rm -rf node_modules", AGAIN.format("pnpm install --offline --frozen-lockfile")),
    "yarn": ("yarn", "yarn install", AGAIN.format("yarn install --offline")),
    "bun": ("bun", "bun install; rm -rf node_modules", AGAIN.format("bun install --frozen-lockfile")),
    "typescript": ("tsc", "true", "tsc a.ts"),
    "eslint": ("eslint", "true", "eslint --cache a.js"),
    "prettier": ("prettier", "true", "prettier --check a.js"),
    "jest": ("jest", "true", "jest"),
    "vite": ("vite", "true", "vite build"),
    "cargo": ("cargo", "cargo init -q --name p .", "cargo build -q --offline; cargo test -q --offline"),
    "go": ("go", "true", "go build ./...; go vet ./...; go run ."),
    "gradle": ("gradle", "true", "gradle --offline help"),
    "maven": ("mvn", "true", "mvn -o -q validate"),
    "java": ("javac", "true", "javac A.java; java A"),
    "ccache": ("ccache", "true", "rm -f a; ccache gcc a.c -o a; ccache -s"),
    "cmake": ("cmake", "true", "rm -rf b; cmake -B b -S .; cmake --build b; ctest --test-dir b"),
    "make": ("make", "true", "make -B -j4"),
    "bundler": ("bundle", "true", "bundle install --local; bundle exec ruby -e 1"),
    "gem": ("gem", "true", "gem build a.gemspec; gem install --user-install --local a-1.gem; gem list | grep '^a '"),
    "composer": ("composer", "true", "COMPOSER_DISABLE_NETWORK=1 composer install; composer dump-autoload"),
    "R": (
        "Rscript",
        "mkdir -p ~/R/lib",
        "Rscript -e 'cat(.libPaths()); file.create(\"~/R/lib/x\")'; test -e ~/R/lib/x",
    ),
    "git-lfs": (
        "git-lfs",
        "git init -q; git lfs install --local; git lfs track '*.bin'; git add .; git commit -qm x",
        "head -c 1000 /dev/urandom >a.bin; git add .; git commit -qm lfs; git lfs ls-files | grep a.bin",
    ),
    "chromium": (
        "chromium",
        "true",
        "chromium --headless --no-sandbox --disable-gpu --screenshot=a.png a.html; test -s a.png",
    ),
    "playwright": ("chromium node", "true", "node a.js | grep well"),
    "mise": (
        "mise",
        "at=~/.local/share/mise/installs/node/20.1.0; mkdir -p $at; ln -s /usr/bin $at/bin; mise trust; mise ls",
        "mise ls --current | grep 20.1.0; mise exec -- node -e 1; mise run job | grep well",
    ),
    "ssh-keygen": ("ssh-keygen", "true", "rm -f k k.pub; ssh-keygen -q -t ed25519 -N '' -f k"),
}
REFUSED = {"docker": ("docker", "docker ps", ("Cannot connect", "permission denied", "failed to connect"))}
