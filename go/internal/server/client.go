package server

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"

	"github.com/moby/sys/atomicwriter"
)

// Client is Drone's OAuth2 application as the forge knows it, and as Drone.ClientFile holds it:
// a file from which Drone's unit takes its environment.
type Client struct{ ID, Secret string }

const idVariable, secretVariable = "DRONE_GITEA_CLIENT_ID", "DRONE_GITEA_CLIENT_SECRET"

// word is what both values look like; nothing else goes into a file that a service takes its environment from.
var word = regexp.MustCompile(`^[A-Za-z0-9_-]{8,200}$`)

// Write puts id and secret into the client file together, so that no reader finds one without the other.
// It makes the file's folder, for this user alone.
func (c Client) Write(file string) error {
	if !word.MatchString(c.ID) || !word.MatchString(c.Secret) {
		return errors.New("OAuth2 application: expected an id and a secret of letters and digits, found others")
	}
	if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
		return err
	}
	text := fmt.Sprintf("%s=%s\n%s=%s\n", idVariable, c.ID, secretVariable, c.Secret)
	return atomicwriter.WriteFile(file, []byte(text), 0o600)
}

// ReadClient reads a client file: fs.ErrNotExist where there is none, an empty value for a line that it lacks.
func ReadClient(file string) (Client, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return Client{}, err
	}
	var c Client
	for line := range strings.Lines(string(text)) {
		switch key, value, _ := strings.Cut(strings.TrimSpace(line), "="); key {
		case idVariable:
			c.ID = value
		case secretVariable:
			c.Secret = value
		}
	}
	return c, nil
}
