package authn

import (
	"net/http"
	"time"
)

// CookieName is the name of the session cookie on the API and on the pages.
const CookieName = "yx_session"

// Cookie carries a session to the browser: unreadable to scripts, not sent by other sites' forms, and bound to
// TLS when secure is true.
func (s Session) Cookie(secure bool) *http.Cookie {
	return &http.Cookie{
		Name: CookieName, Value: s.Token, Path: "/", Expires: s.Expires.UTC(), MaxAge: int(LifeTime / time.Second),
		HttpOnly: true, SameSite: http.SameSiteLaxMode, Secure: secure,
	}
}

// NoCookie takes the session cookie away.
func NoCookie(secure bool) *http.Cookie {
	return &http.Cookie{
		Name: CookieName, Path: "/", MaxAge: -1,
		HttpOnly: true, SameSite: http.SameSiteLaxMode, Secure: secure,
	}
}

// Token is the session token a request carries, or "".
func Token(r *http.Request) string {
	c, err := r.Cookie(CookieName)
	if err != nil {
		return ""
	}
	return c.Value
}
