package recipe

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"coopcloud.tech/cc-ci/internal/result"
)

// The bounds of a repository; a test lowers the first. Real recipes have a few hundred kilobytes.
var maxPack = 256 << 20 // bytes of one file that git writes: what is fetched comes as one pack

const maxBytes = 256 << 20 // of all files of a commit; NarHash takes no more either

// tooLarge is the fault of a repository that is beyond any recipe's size. Its rule is the policy's, which
// comes too late to say so: the disk would be full.
func tooLarge(format string, args ...any) error {
	return result.Fault(fmt.Errorf("policy: "+RuleTooLarge+": "+format, args...))
}

// blamePack names what it means when git had to stop at maxPack.
func blamePack(err error) error {
	if strings.Contains(err.Error(), "File too large") { // EFBIG, in the C locale
		return tooLarge("repository: expected at most %d MiB, packed", maxPack>>20)
	}
	return err
}

// fits looks at a commit's files before they are written: a repository that is small while it is packed
// may hold any amount of them.
func fits(ctx context.Context, dir, commit string) error {
	out := capped{limit: maxTree * 100}
	err := gitTo(ctx, dir, &out, "ls-tree", "-r", "-z", "--format=%(objectsize)", "--full-tree", commit)
	if errors.Is(err, errCapped) {
		return tooLarge("checkout: expected at most %d files", maxTree)
	}
	if err != nil {
		return err
	}
	sizes := bytes.Split(bytes.TrimSuffix(out.kept.Bytes(), []byte{0}), []byte{0})
	if len(sizes) > maxTree {
		return tooLarge("checkout: expected at most %d files, found %d", maxTree, len(sizes))
	}
	total := int64(0)
	for _, size := range sizes {
		n, _ := strconv.ParseInt(string(size), 10, 64) // "-" for a submodule, which is not fetched
		if total += n; total > maxBytes {
			return tooLarge("checkout: expected at most %d MiB of files, found more", maxBytes>>20)
		}
	}
	return nil
}
