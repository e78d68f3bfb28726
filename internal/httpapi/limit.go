package httpapi

import (
	"net/http"
	"net/netip"
	"strings"
	"sync"
	"time"

	"github.com/yinxin-org/yinxin/internal/clock"
)

// Limits is how often one client address may use what invites guessing. A hall of clerks may share an address,
// so the bursts are generous; guessing at one account is stopped by authn's lockout, not here.
type Limits struct {
	SignIn Rate
	Check  Rate // codes and files to check
}

// Rate allows Burst requests at once, and PerMinute in the long run.
type Rate struct {
	Burst     int
	PerMinute int
}

// DefaultLimits suit an office behind one address.
var DefaultLimits = Limits{SignIn: Rate{Burst: 60, PerMinute: 30}, Check: Rate{Burst: 120, PerMinute: 60}}

type class int

const (
	unlimited class = iota
	signIn
	check
)

// classOf tells which limit a request falls under. The check page polls nothing, so reading counts as well.
func classOf(r *http.Request) class {
	p := r.URL.Path
	switch {
	case r.Method == http.MethodPost && (p == "/api/v1/session" || p == "/login"):
		return signIn
	case strings.HasPrefix(p, "/api/v1/presentations/"), strings.HasPrefix(p, "/api/v1/asked/"), strings.HasPrefix(p, "/v/"), strings.HasPrefix(p, "/s/"), strings.HasPrefix(p, "/d/"):
		return check
	case r.Method == http.MethodPost && (p == "/api/v1/verify" || p == "/check"):
		return check
	}
	return unlimited
}

// maxBuckets bounds the memory of the limiter. When it is full, full buckets, which mean nothing, go first.
const maxBuckets = 100_000

type bucketKey struct {
	class  class
	client netip.Prefix
}

type bucket struct {
	tokens float64
	at     time.Time
}

// limiter is a set of token buckets, one for each class and client.
type limiter struct {
	clock  clock.Clock
	limits Limits

	mu      sync.Mutex
	buckets map[bucketKey]bucket
}

func newLimiter(c clock.Clock, l Limits) *limiter {
	return &limiter{clock: c, limits: l, buckets: map[bucketKey]bucket{}}
}

func (l *limiter) rate(c class) Rate {
	if c == signIn {
		return l.limits.SignIn
	}
	return l.limits.Check
}

// allow takes a token of the client's bucket, if there is one.
func (l *limiter) allow(c class, client netip.Addr) bool {
	if c == unlimited {
		return true
	}
	now := l.clock.Now()
	key := bucketKey{c, network(client)}
	l.mu.Lock()
	defer l.mu.Unlock()
	b, ok := l.buckets[key]
	if !ok {
		if len(l.buckets) >= maxBuckets {
			l.sweep(now)
		}
		b = bucket{tokens: float64(l.rate(c).Burst), at: now}
	}
	b = b.filled(now, l.rate(c))
	if b.tokens < 1 {
		l.buckets[key] = b
		return false
	}
	b.tokens--
	l.buckets[key] = b
	return true
}

func (b bucket) filled(now time.Time, r Rate) bucket {
	gained := now.Sub(b.at).Minutes() * float64(r.PerMinute)
	return bucket{tokens: min(float64(r.Burst), b.tokens+max(0, gained)), at: now}
}

// sweep drops full buckets, and all of them if that does not help: forgetting is better than failing.
func (l *limiter) sweep(now time.Time) {
	for key, b := range l.buckets {
		if b.filled(now, l.rate(key.class)).tokens >= float64(l.rate(key.class).Burst) {
			delete(l.buckets, key)
		}
	}
	if len(l.buckets) >= maxBuckets {
		clear(l.buckets)
	}
}

// network is what one client is assumed to hold: an IPv4 address, or an IPv6 /64.
func network(a netip.Addr) netip.Prefix {
	a = a.Unmap()
	bits := 32
	if a.Is6() {
		bits = 64
	}
	p, err := a.WithZone("").Prefix(bits)
	if err != nil {
		return netip.Prefix{}
	}
	return p
}

// clientAddr is the address a request came from: the nearest one that is not a trusted proxy.
func clientAddr(r *http.Request, proxies []netip.Prefix) netip.Addr {
	peer, err := netip.ParseAddrPort(r.RemoteAddr)
	if err != nil {
		return netip.Addr{}
	}
	addr := peer.Addr().Unmap()
	hops := strings.Split(strings.Join(r.Header.Values("X-Forwarded-For"), ","), ",")
	for i := len(hops) - 1; i >= 0 && trusted(addr, proxies); i-- {
		next, err := netip.ParseAddr(strings.TrimSpace(hops[i]))
		if err != nil {
			break
		}
		addr = next.Unmap()
	}
	return addr
}

func trusted(a netip.Addr, proxies []netip.Prefix) bool {
	for _, p := range proxies {
		if p.Contains(a) {
			return true
		}
	}
	return false
}
