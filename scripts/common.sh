# Shared by the scripts beside it: strict mode, the workspace's root, one clear line for what is missing.

set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

say() { printf '\n\033[1m%s\033[0m\n' "$*"; }
fail() { printf 'error: %s\n' "$*" >&2; exit 1; }

# need TOOL HOW: stops unless TOOL can be run.
need() { command -v "$1" >/dev/null 2>&1 || fail "$1 is missing: $2"; }

need_toolchain() {
  need cargo "install rustup, https://rustup.rs"
  need cc "install gcc (apt-get install gcc)"
  need node "install Node.js 20 or later"
  need npm "install Node.js 20 or later with npm"
  if command -v rustup >/dev/null 2>&1; then
    local toolchain
    toolchain=$(sed -n 's/^channel = "\(.*\)"$/\1/p' rust-toolchain.toml)
    rustup toolchain list | grep -q "^$toolchain" || rustup toolchain install "$toolchain" --profile minimal
    rustup target list --installed | grep -q wasm32-unknown-unknown || rustup target add wasm32-unknown-unknown
    for component in clippy rustfmt; do
      rustup component list --installed | grep -q "^$component" || rustup component add "$component"
    done
  fi
}

# debian_package COMMAND PACKAGE: installs PACKAGE unless COMMAND is there.
debian_package() {
  command -v "$1" >/dev/null 2>&1 && return
  [ "$(id -u)" = 0 ] || fail "$1 is missing: apt-get install $2"
  apt_updated=${apt_updated:-$(apt-get update >/dev/null 2>&1 && echo yes)}
  say "Installing $2"
  DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends "$2" >/dev/null || fail "$2 can't be installed"
}

# install_node_modules FOLDER: what its package-lock.json names, unless that is installed.
install_node_modules() {
  cmp -s "$1/package-lock.json" "$1/node_modules/.postvalv-lock" && return
  (cd "$1" && npm ci --ignore-scripts --no-audit --no-fund --loglevel=error)
  cp "$1/package-lock.json" "$1/node_modules/.postvalv-lock"
}

# postgres_programs: the folder with PostgreSQL's programs, of the newest version; installs them when there are none.
postgres_programs() {
  find_postgres_programs && return
  debian_package pg_ctlcluster postgresql >&2
  find_postgres_programs || fail "PostgreSQL is missing: apt-get install postgresql"
}

find_postgres_programs() {
  local folder
  for folder in $(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -rV) "$(dirname "$(command -v initdb || true)")"; do
    [ -x "$folder/initdb" ] && [ -x "$folder/postgres" ] && { printf '%s' "$folder"; return; }
  done
  return 1
}
