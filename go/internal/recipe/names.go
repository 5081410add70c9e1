package recipe

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"regexp"
	"strings"
)

// The limits of contract section 6: abra cuts a stack name at 45 characters, and
// Docker refuses secret and config names over 64.
const (
	maxDomain = 45
	maxObject = 64
	hashChars = 4 // of the recipe name's hash, where the name is shortened
	minHash   = 2 // where there is no room for more
)

// Naming is what a run's names are made of (S7).
type Naming struct {
	Recipe   string
	PR       int    // 0 from a shell
	Commit   string // at least seven hex digits
	CIDomain string
	Longest  int // characters of the longest "<name>_<version>" of a secret or config: Facts.LongestName
	Again    int // 2 and up: the names of a second run of the same domain
}

// Names are the names of one run.
type Names struct {
	Domain    string // <recipe>-pr<n>-<sha>.<ci domain>; also the app's name for abra
	Stack     string // the domain with "_" for each "."
	Shortened bool   // the recipe part isn't the recipe's name: to be shown
}

var (
	dnsLabel = regexp.MustCompile(`^[a-z0-9]([a-z0-9-]*[a-z0-9])?$`)
	notDNS   = regexp.MustCompile(`[^a-z0-9-]+`)
	runLabel = regexp.MustCompile(`^[a-z0-9][a-z0-9-]*-pr(0|[1-9][0-9]*)-[0-9a-f]{7}(-([2-9]|[1-9][0-9]))?$`)
)

// Make gives the run's domain and stack name. A name that would break a limit of
// 45 (domain) or 64 (stack plus Longest plus "_") has its recipe part shortened
// with four characters of its hash. The error says by how much it can't be done.
func (n Naming) Make() (Names, error) {
	if n.PR < 0 || !hexRef.MatchString(n.Commit) {
		return Names{}, fmt.Errorf("name a run of %s: expected a pull request >= 0 and a commit of at least 7 hex digits, found %d and %q", n.Recipe, n.PR, n.Commit)
	}
	tail := fmt.Sprintf("-pr%d-%s", n.PR, n.Commit[:7])
	if n.Again > 1 {
		tail += fmt.Sprintf("-%d", n.Again)
	}
	tail += "." + n.CIDomain
	limit := maxDomain
	if n.Longest > 0 {
		limit = min(limit, maxObject-1-n.Longest)
	}
	part, short, err := n.recipePart(limit - len(tail))
	if err != nil {
		return Names{}, fmt.Errorf("name a run of %s: ...%s is %d characters and the limit is %d (longest secret or config name: %d): %w",
			n.Recipe, tail, len(tail), limit, n.Longest, err)
	}
	domain := part + tail
	return Names{Domain: domain, Stack: StackName(domain), Shortened: short}, nil
}

func (n Naming) recipePart(room int) (part string, short bool, err error) {
	if dnsLabel.MatchString(n.Recipe) && len(n.Recipe) <= room {
		return n.Recipe, false, nil
	}
	if room < minHash {
		return "", false, fmt.Errorf("no room for the recipe's part: use a shorter CI domain or shorter names in the recipe")
	}
	sum := sha256.Sum256([]byte(n.Recipe))
	hash := hex.EncodeToString(sum[:])[:min(room, hashChars)]
	head := strings.Trim(notDNS.ReplaceAllString(strings.ToLower(n.Recipe), "-"), "-")
	head = strings.Trim(head[:max(0, min(len(head), room-hashChars-1))], "-")
	if head == "" {
		return hash, true, nil
	}
	return head + "-" + hash, true, nil
}

// StackName gives the stack that abra deploys a domain as (contract section 6).
func StackName(domain string) string { return strings.ReplaceAll(domain, ".", "_") }

// Clash tells whether two stacks must not be there at one time. The hosts "<anything>-<domain>" and router names with
// the stack in them are a run's own to the policy: where one name ends with the other, they are the other run's as well.
func Clash(a, b string) bool { return strings.HasSuffix(a, b) || strings.HasSuffix(b, a) }

// IsRunStack tells whether stack has the form of a run's name under ciDomain:
// the janitor touches nothing else (S9).
func IsRunStack(stack, ciDomain string) bool {
	label, ok := strings.CutSuffix(stack, "_"+StackName(ciDomain))
	return ok && len(stack) <= maxDomain && runLabel.MatchString(label)
}
