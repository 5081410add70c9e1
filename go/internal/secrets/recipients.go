package secrets

import (
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"filippo.io/age"
	"filippo.io/age/agessh"
)

// recipientsFile lists who can read the secrets.
const recipientsFile = "recipients.txt"

// Recipient is one public key of the file.
type Recipient struct {
	Name     string // the remark above it
	Key      string // as written, without its own remark
	Line     int
	Recovery bool // its name begins with "recovery": the identity is kept off every host

	public age.Recipient
}

// stanza is what a file encrypted to this recipient shows of it: the type and, of an SSH
// key, a short digest. A native key shows nothing more.
func (r Recipient) stanza() string {
	words := strings.Fields(r.Key)
	if len(words) < 2 {
		return "X25519"
	}
	wire, err := base64.StdEncoding.DecodeString(words[1])
	if err != nil {
		return words[0]
	}
	sum := sha256.Sum256(wire)
	return words[0] + " " + base64.RawStdEncoding.EncodeToString(sum[:4])
}

// readRecipients reads the folder's list. It must name at least one key that is for recovery
// and one that is not, and no key twice.
func readRecipients(dir string) ([]Recipient, error) {
	path := filepath.Join(dir, recipientsFile)
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("%w (`cc-ci secrets init` makes it)", err)
	}
	list, err := parseRecipients(path, text)
	if err != nil {
		return nil, err
	}
	recovery, seen := 0, map[string]int{}
	for _, r := range list {
		if other, twice := seen[r.Key]; twice {
			return nil, fmt.Errorf("%s:%d: the key of line %d once more", path, r.Line, other)
		}
		seen[r.Key] = r.Line
		if r.Recovery {
			recovery++
		}
	}
	if recovery == 0 || recovery == len(list) {
		return nil, fmt.Errorf("%s: expected a recovery key (below a line `# recovery ...`) and a host's or person's, found %d and %d: "+
			"without the first a lost host loses the secrets", path, recovery, len(list)-recovery)
	}
	return list, nil
}

func parseRecipients(path string, text []byte) ([]Recipient, error) {
	var list []Recipient
	name, n := "", 0
	for line := range strings.Lines(string(text)) { // of any length: a key that is passed over can't read what is encrypted next
		n++
		line = strings.TrimSpace(line)
		switch {
		case line == "":
			name = ""
		case strings.HasPrefix(line, "#"):
			name = strings.TrimSpace(strings.TrimLeft(line, "#"))
		default:
			key, public, err := parseKey(line)
			if err != nil {
				return nil, fmt.Errorf("%s:%d: %w", path, n, err)
			}
			list = append(list, Recipient{Name: name, Key: key, Line: n, Recovery: strings.HasPrefix(name, "recovery"), public: public})
		}
	}
	return list, nil
}

// parseKey reads a public key in one of the forms that age, agenix and this program read alike.
func parseKey(line string) (string, age.Recipient, error) {
	words := strings.Fields(line)
	switch {
	case strings.HasPrefix(line, "AGE-SECRET-KEY-"): // never repeated: it is a private key
		return "", nil, fmt.Errorf("expected a public key, found a private one: it is lost to everybody who could read this file; make another")
	case strings.HasPrefix(line, "age1") && len(words) == 1:
		r, err := age.ParseX25519Recipient(line)
		return line, r, shown(line, err)
	case len(words) >= 2 && (words[0] == "ssh-ed25519" || words[0] == "ssh-rsa"):
		key := words[0] + " " + words[1]
		r, err := agessh.ParseRecipient(key)
		return key, r, shown(line, err)
	}
	return "", nil, fmt.Errorf("expected age1..., ssh-ed25519 ... or ssh-rsa ..., found %.40q", line)
}

func shown(line string, err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("expected a public key, found %.40q: %w", line, err)
}
