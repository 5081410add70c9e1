// Package registry reads the operator's credentials of container registries: docker's own config.json, which a server gets as
// the secret `registry-auth` (P1). The driver's pulls and abra send the same ones.
//
// What lies in the file counts. Credential helpers (`credsStore`, `credHelpers`) are not asked: they are programs that wait for a person.
package registry

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/user"
	"path/filepath"

	"github.com/distribution/reference"
	"github.com/docker/cli/cli/config"
	"github.com/docker/cli/cli/config/credentials"
	"github.com/docker/cli/cli/config/types"
	"github.com/docker/docker/api/types/registry"
)

// hub is the key of Docker Hub in config.json, as `docker login` writes it.
const hub = "https://index.docker.io/v1/"

// Credentials are what config.json holds; none for everybody in their zero value.
type Credentials struct {
	store   credentials.Store
	secrets []string
	hosts   []string
}

// Load reads the credentials of who runs this process. There are none where there is no file; the error for a broken one
// names it and the place in it, and nothing that stands there.
func Load() (Credentials, error) {
	path := File()
	text, err := os.ReadFile(path)
	if _, gone := os.Lstat(path); errors.Is(gone, fs.ErrNotExist) { // a link that leads nowhere is a mistake
		return Credentials{}, nil
	}
	c := Credentials{}
	if err == nil {
		c, err = parse(text)
	}
	if err != nil {
		return Credentials{}, fmt.Errorf("registry credentials in %s: expected docker's config.json: %w", path, err)
	}
	return c, nil
}

// Secrets are the passwords and tokens, for the masker.
func (c Credentials) Secrets() []string { return c.secrets }

// Registries are the keys of those with credentials, sorted.
func (c Credentials) Registries() []string { return c.hosts }

// Header is what the Engine API wants as X-Registry-Auth to pull the image ref; empty for a registry without
// credentials. It is an error where ref can't be the name of an image.
func (c Credentials) Header(ref string) (string, error) {
	named, err := reference.ParseNormalizedNamed(ref)
	if err != nil || c.store == nil {
		return "", err
	}
	host := reference.Domain(named)
	if host == "docker.io" {
		host = hub
	}
	a, err := c.store.Get(host)
	if err != nil || a == (types.AuthConfig{ServerAddress: a.ServerAddress}) {
		return "", err
	}
	return registry.EncodeAuthConfig(registry.AuthConfig{
		Username: a.Username, Password: a.Password, ServerAddress: a.ServerAddress, IdentityToken: a.IdentityToken, RegistryToken: a.RegistryToken,
	})
}

// Environment is what a program needs to find the same credentials whatever its HOME is: the path of their folder, never
// they themselves. It is empty where there are none.
func Environment() []string {
	dir := folder()
	if _, err := os.Stat(File()); err != nil && os.Getenv(config.EnvOverrideConfigDir) == "" {
		return nil
	}
	return []string{config.EnvOverrideConfigDir + "=" + dir}
}

// File is the config.json of who runs this process, whether it is there or not.
func File() string { return filepath.Join(folder(), config.ConfigFileName) }

// folder is where docker's command line looks. Units of systemd have no HOME.
func folder() string {
	if dir := os.Getenv(config.EnvOverrideConfigDir); dir != "" {
		return dir
	}
	home, err := os.UserHomeDir()
	if err != nil {
		if me, err := user.Current(); err == nil {
			home = me.HomeDir
		}
	}
	return filepath.Join(home, ".docker")
}
