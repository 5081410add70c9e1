package recipe

import (
	"context"
	"errors"
	"path/filepath"
	"testing"
)

func TestVersionOrder(t *testing.T) {
	// Each is below the next.
	ladder := []string{
		"0.3.0+v1.16.0", "1.0.0+1.9.3", "1.0.0+1.14.0-rc1", "1.0.0+1.14.0", "1.0.0+1.14.0-social", "1.0.0+v1.14.3",
		"1.2.0+1.0.6", "1.10.0+1.0.6", "2.0.1+1.0.6-social-amd64", "2.0.1+1.0.6-social-arm64", "10.0.0+1",
	}
	for i := range ladder {
		for j := range ladder {
			a, errA := ParseVersion(ladder[i])
			b, errB := ParseVersion(ladder[j])
			if errA != nil || errB != nil {
				t.Fatal(errA, errB)
			}
			if got := a.Compare(b); (got < 0) != (i < j) || (got == 0) != (i == j) {
				t.Errorf("Compare(%s, %s) = %d", ladder[i], ladder[j], got)
			}
		}
	}
	for _, bad := range []string{"", "1.0.0", "v1.0.0+1", "1.0+1", "1.0.0+", "01.0.0+1", "1.0.0+a b", "1.0.0-rc1+1", "1.0.0+../x"} {
		if v, err := ParseVersion(bad); err == nil {
			t.Errorf("ParseVersion(%q) = %v; want an error", bad, v)
		}
	}
}

func TestTagsAndFrom(t *testing.T) {
	r := newRepo(t)
	for _, v := range []string{"1.0.0+1.0", "1.0.1+1.0", "1.1.0+1.1", "2.0.0+2.0"} {
		r.commit(v)
		r.git("tag", "-a", v, "-m", v)
	}
	r.commit("light")
	r.git("tag", "3.0.0+3.0")
	r.git("tag", "-a", "not-a-version", "-m", "x")
	head := r.commit("head")
	tags, err := Tags(context.Background(), r.dir)
	if err != nil || len(tags) != 5 || tags[0].Name != "1.0.0+1.0" || tags[4].Annotated {
		t.Fatalf("Tags = %+v, %v", tags, err)
	}
	if newest, err := Newest(tags); err != nil || newest.Name != "2.0.0+2.0" {
		t.Errorf("Newest = %+v, %v; want the newest annotated one", newest, err)
	}
	if _, err := Newest(tags[4:]); !errors.Is(err, ErrNoVersion) {
		t.Errorf("Newest of a lightweight tag alone = %v", err)
	}
	for _, c := range []struct{ name, label, commit, which, want string }{
		{"label not tagged yet", "3.1.0+3.1", head, "previous", "2.0.0+2.0"},
		{"label of a published version", "2.0.0+2.0", head, "previous", "1.1.0+1.1"},
		{"no label", "", head, "previous", "2.0.0+2.0"},
		{"no label, on a tag", "", tags[2].Commit, "previous", "1.0.1+1.0"},
		{"an old version never goes down", "1.0.1+1.0", tags[1].Commit, "previous", "1.0.0+1.0"},
		{"minor", "1.1.0+1.1", tags[2].Commit, "previous-minor", "1.0.1+1.0"},
		{"major", "2.0.0+2.0", head, "previous-major", "1.1.0+1.1"},
		{"oldest", "3.1.0+3.1", head, "oldest", "1.0.0+1.0"},
		{"named", "3.1.0+3.1", head, "1.0.1+1.0", "1.0.1+1.0"},
		{"named and lightweight", "3.1.0+3.1", head, "3.0.0+3.0", "3.0.0+3.0"},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := From(tags, At{Commit: c.commit, Label: c.label}, c.which)
			if err != nil || got.Name != c.want {
				t.Errorf("From(%s) = %s, %v; want %s", c.which, got.Name, err, c.want)
			}
		})
	}
	for _, c := range []struct{ name, label, which string }{
		{"nothing below", "1.0.0+1.0", "previous"},
		{"no major below", "1.1.0+1.1", "previous-major"},
		{"not there", "3.1.0+3.1", "9.9.9+9"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got, err := From(tags, At{Commit: head, Label: c.label}, c.which); !errors.Is(err, ErrNoVersion) {
				t.Errorf("From = %s, %v; want ErrNoVersion", got.Name, err)
			}
		})
	}
	if _, err := From(tags, At{Commit: head}, "latest"); err == nil || errors.Is(err, ErrNoVersion) {
		t.Errorf("From(latest) = %v; want a usage error", err)
	}
	if _, err := Tags(context.Background(), filepath.Join(r.dir, "none")); err == nil {
		t.Error("Tags of a missing folder: expected an error")
	}
}

// A change that bears the label of a published version is tried over that version, too: but an older branch would go down, and
// what has the same files proves nothing.
func TestPublished(t *testing.T) {
	r := newRepo(t)
	older := r.commit("older")
	released := r.commit("released")
	r.git("tag", "-a", "2.0.0+2.0", "-m", "x")
	r.git("commit", "--quiet", "--allow-empty", "-m", "nothing")
	same := r.git("rev-parse", "HEAD")
	top := r.commit("top")
	r.git("tag", "3.0.0+3.0")
	later := r.commit("later")
	tags, err := Tags(t.Context(), r.dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name, label, commit string
		want                bool
	}{
		{"a change on top", "2.0.0+2.0", top, true},
		{"the published version itself", "2.0.0+2.0", released, false},
		{"a branch from before", "2.0.0+2.0", older, false},
		{"the same files", "2.0.0+2.0", same, false},
		{"the label of a version to come", "2.1.0+2.1", top, false},
		{"the label of a lightweight tag", "3.0.0+3.0", later, false},
		{"no label", "", top, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			tag, ok, err := Published(t.Context(), r.dir, tags, At{Commit: c.commit, Label: c.label})
			if err != nil || ok != c.want || ok && tag.Name != c.label {
				t.Errorf("Published = %s, %t, %v; want %t", tag.Name, ok, err, c.want)
			}
		})
	}
}

func FuzzVersionOrder(f *testing.F) {
	f.Add("1.0.0+1.14.3", "2.0.1+1.0.6-social-amd64", "1.0.0+v1.14.0-rc1")
	f.Add("1.0.0+1", "1.0.0+1.0", "1.0.0+01")
	f.Fuzz(func(t *testing.T, a, b, c string) {
		x, errX := ParseVersion(a)
		y, errY := ParseVersion(b)
		z, errZ := ParseVersion(c)
		if errX != nil || errY != nil || errZ != nil {
			return
		}
		if x.String() != a {
			t.Errorf("%q reads back as %q", a, x)
		}
		if x.Compare(y) != -y.Compare(x) || (x.Compare(y) == 0) != (x == y) {
			t.Errorf("order of %q and %q is not antisymmetric", a, b)
		}
		if x.Compare(y) <= 0 && y.Compare(z) <= 0 && x.Compare(z) > 0 {
			t.Errorf("order of %q, %q, %q is not transitive", a, b, c)
		}
	})
}
