package web

import (
	"crypto/hmac"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"net/http"
	"strconv"
	"strings"
	"time"
)

const (
	cookieName  = "session"
	sessionTime = 12 * time.Hour
)

// authenticated lets a request through that has a session or the right basic
// authentication. Others are sent to the login page where they would show one.
func (s *Site) authenticated(next http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		user, password, basic := r.BasicAuth()
		switch {
		case basic && s.known(user, password), !basic && s.hasSession(r):
			next(w, r)
		case !basic && r.Method == http.MethodGet && !wantsJSON(r):
			http.Redirect(w, r, "/login", http.StatusFound)
		default:
			w.Header().Set("WWW-Authenticate", `Basic realm="notes"`)
			http.Error(w, "log in first", http.StatusUnauthorized)
		}
	}
}

func (s *Site) loginForm(w http.ResponseWriter, _ *http.Request) {
	s.render(w, http.StatusOK, "login", page{Title: "Log in"})
}

func (s *Site) login(w http.ResponseWriter, r *http.Request) {
	if !s.known(r.PostFormValue("user"), r.PostFormValue("password")) {
		s.render(w, http.StatusUnauthorized, "login", page{Title: "Log in", Error: "User or password is wrong."})
		return
	}
	until := strconv.FormatInt(time.Now().Add(sessionTime).Unix(), 10)
	http.SetCookie(w, &http.Cookie{
		Name: cookieName, Value: until + "." + s.sign(until), Path: "/",
		MaxAge: int(sessionTime.Seconds()), HttpOnly: true, Secure: true, SameSite: http.SameSiteLaxMode,
	})
	http.Redirect(w, r, "/notes", http.StatusFound)
}

func (s *Site) known(user, password string) bool {
	// Sums have one length, so that the comparison's time tells nothing.
	want, got := sha256.Sum256([]byte(s.User+"\x00"+s.Password)), sha256.Sum256([]byte(user+"\x00"+password))
	return subtle.ConstantTimeCompare(want[:], got[:]) == 1
}

func (s *Site) hasSession(r *http.Request) bool {
	c, err := r.Cookie(cookieName)
	if err != nil {
		return false
	}
	until, signature, _ := strings.Cut(c.Value, ".")
	end, err := strconv.ParseInt(until, 10, 64)
	return err == nil && hmac.Equal([]byte(signature), []byte(s.sign(until))) && time.Now().Unix() < end
}

func (s *Site) sign(text string) string {
	m := hmac.New(sha256.New, s.Key)
	m.Write([]byte(text))
	return hex.EncodeToString(m.Sum(nil))
}
