package browser

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"github.com/playwright-community/playwright-go"

	"coopcloud.tech/cc-ci/internal/sandbox"
	"coopcloud.tech/cc-ci/internal/site"
)

// ErrUnavailable is wrapped by errors about a browser or a driver that this machine lacks.
var ErrUnavailable = errors.New("no browser on this machine")

// driverVariable names the driver's folder where the site file names none: the app that
// Nix builds brings its own.
const driverVariable = "CC_CI_PLAYWRIGHT_DRIVER"

// chromiums are tried in order. Debian's wrapper scripts on PATH add flags of their
// own, so the programs themselves come first; the headless shell needs a third of
// the processor time.
var chromiums = []string{
	"/usr/lib/chromium/chromium-headless-shell", "chromium-headless-shell",
	"/usr/lib/chromium/chromium", "chromium",
}

// find completes the paths and checks that the driver is the one that playwright-go
// was made for. Links are resolved, since what they point at is bound into the sandbox.
func find(p site.Browser) (site.Browser, error) {
	var errs []error
	resolve := func(what, given string, usual ...string) string {
		if given != "" {
			usual = []string{given}
		}
		for _, u := range usual {
			if path, err := exec.LookPath(u); err == nil {
				if path, err = filepath.EvalSymlinks(path); err == nil {
					return path
				}
			}
		}
		errs = append(errs, fmt.Errorf("%w: %s: expected an executable, tried %s", ErrUnavailable, what, strings.Join(usual, ", ")))
		return ""
	}
	p.Driver = cmp.Or(p.Driver, os.Getenv(driverVariable))
	p.Chromium = resolve("chromium", p.Chromium, chromiums...)
	if p.Node == "" && p.Driver != "" {
		p.Node = filepath.Join(p.Driver, "node")
	}
	p.Node = resolve("node", p.Node, "node")
	pkg, err := filepath.EvalSymlinks(filepath.Join(p.Driver, "package"))
	if err != nil {
		errs = append(errs, fmt.Errorf("%w: playwright driver: %w", ErrUnavailable, err))
	} else if version, err := driverVersion(pkg); err != nil {
		errs = append(errs, err)
	} else if want := wantedVersion(); version != want {
		errs = append(errs, fmt.Errorf("%w: %s: expected playwright-core %s, found %s", ErrUnavailable, pkg, want, version))
	}
	return p, errors.Join(errs...)
}

// wantedVersion is the playwright-core version that playwright-go speaks with.
func wantedVersion() string {
	d, err := playwright.NewDriver(&playwright.RunOptions{DriverDirectory: "/nonexistent"})
	if err != nil {
		return err.Error() // can't be: no option is refused
	}
	return d.Version
}

func driverVersion(pkg string) (string, error) {
	b, err := os.ReadFile(filepath.Join(pkg, "package.json"))
	if err != nil {
		return "", fmt.Errorf("%w: playwright driver: %w", ErrUnavailable, err)
	}
	var v struct{ Version string }
	if err := json.Unmarshal(b, &v); err != nil {
		return "", fmt.Errorf("%s: %w", filepath.Join(pkg, "package.json"), err)
	}
	return v.Version, nil
}

// NewSandbox makes a sandbox in which a Browser with these paths can run: o, with
// the driver and Chromium bound where /usr and the Nix store don't hold them.
func NewSandbox(ctx context.Context, p site.Browser, o sandbox.Options) (*sandbox.Sandbox, error) {
	p, err := find(p)
	if err != nil {
		return nil, err
	}
	pkg, err := filepath.EvalSymlinks(filepath.Join(p.Driver, "package"))
	if err != nil {
		return nil, err
	}
	for host, to := range map[string]string{pkg: inside(pkg, "playwright"), p.Node: inside(p.Node, "node"), filepath.Dir(p.Chromium): filepath.Dir(inside(p.Chromium, "chromium"))} {
		if host != to {
			o.Binds = append(o.Binds, sandbox.Bind{Host: host, Inside: to})
		}
	}
	// Nix's programs find their fonts by this alone.
	if file := os.Getenv("FONTCONFIG_FILE"); strings.HasPrefix(file, "/nix/store/") {
		o.Env = append(o.Env, "FONTCONFIG_FILE="+file)
	}
	o.Name = cmp.Or(o.Name, "browser")
	return sandbox.New(ctx, o)
}

// inside gives the path in the sandbox of a file or folder of the host: its own where
// it is seen anyway, else one that tells nothing about the host.
func inside(path, name string) string {
	if strings.HasPrefix(path, "/usr/") || strings.HasPrefix(path, "/nix/store/") {
		return path
	}
	return filepath.Join("/opt", name, filepath.Base(path))
}

// writeDriver makes a driver folder whose node enters the sandbox. The question for
// the version, which playwright-go asks first, is answered from the real package
// without starting a node for it.
func writeDriver(p site.Browser, s *sandbox.Sandbox) (string, error) {
	// It would run outside the sandbox.
	if err := os.Unsetenv("PLAYWRIGHT_NODEJS_PATH"); err != nil {
		return "", err
	}
	pkg, err := filepath.EvalSymlinks(filepath.Join(p.Driver, "package"))
	if err != nil {
		return "", err
	}
	version, err := driverVersion(pkg)
	if err != nil {
		return "", err
	}
	dir := filepath.Join(filepath.Dir(s.Entry()), "driver")
	if err := os.Mkdir(dir, 0o700); err != nil {
		return "", err
	}
	if err := os.Symlink(pkg, filepath.Join(dir, "package")); err != nil {
		return "", err
	}
	script := fmt.Sprintf("#!/bin/sh\ncase \"$2\" in --version) echo 'Version %s'; exit ;; esac\nshift\nexec '%s' '%s' '%s' \"$@\"\n",
		version, s.Entry(), inside(p.Node, "node"), filepath.Join(inside(pkg, "playwright"), "cli.js"))
	return dir, os.WriteFile(filepath.Join(dir, "node"), []byte(script), 0o700)
}
