package connect

import (
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"syscall"
	"time"
)

// Reach is where messages may go whose address a person entered on a page: the public internet, and the networks that the
// operator names. Without it such an address would reach what only this machine or its neighbours are to reach.
type Reach []netip.Prefix

// errBeyond says that an address lies where nothing may go.
var errBeyond = errors.New("the address lies in a network that is not open to subscriptions")

// special are networks of no public host that netip does not know as such; through the last two, IPv4 addresses are
// reached.
var special = []netip.Prefix{
	netip.MustParsePrefix("0.0.0.0/8"), netip.MustParsePrefix("100.64.0.0/10"), netip.MustParsePrefix("192.0.0.0/24"),
	netip.MustParsePrefix("198.18.0.0/15"), netip.MustParsePrefix("240.0.0.0/4"),
	netip.MustParsePrefix("64:ff9b::/96"), netip.MustParsePrefix("2002::/16"),
}

// Allows reports whether messages may go to an address.
func (r Reach) Allows(a netip.Addr) bool {
	a = a.Unmap().WithZone("")
	for _, p := range r {
		if p.Contains(a) {
			return true
		}
	}
	if !a.IsGlobalUnicast() || a.IsPrivate() {
		return false
	}
	for _, p := range special {
		if p.Contains(a) {
			return false
		}
	}
	return true
}

// client sends to addresses within reach only, which is looked at when the connection is made: a name may mean another
// address by then. It asks no proxy, which would make the connection in its stead.
func (r Reach) client(wait time.Duration) *http.Client {
	dialer := &net.Dialer{Timeout: wait, Control: func(_, address string, _ syscall.RawConn) error {
		at, err := netip.ParseAddrPort(address)
		if err != nil {
			return fmt.Errorf("connect: %w", err)
		}
		if !r.Allows(at.Addr()) {
			return errBeyond
		}
		return nil
	}}
	c := newAsker(wait)
	c.Transport = &http.Transport{DialContext: dialer.DialContext, TLSHandshakeTimeout: wait, ForceAttemptHTTP2: true,
		MaxIdleConnsPerHost: 2, IdleConnTimeout: time.Minute}
	return c
}
