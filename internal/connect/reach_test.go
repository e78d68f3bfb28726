package connect_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/yinxin-org/yinxin/internal/connect"
	"github.com/yinxin-org/yinxin/internal/gm"
)

func TestReach(t *testing.T) {
	t.Parallel()
	intranet := connect.Reach{netip.MustParsePrefix("10.8.0.0/16")}
	for address, want := range map[string]bool{
		"203.0.114.7": true, "2400:3200::1": true, "10.8.3.4": true, "::ffff:10.8.3.4": true,
		"127.0.0.1": false, "::1": false, "0.0.0.0": false, "::": false, "169.254.169.254": false, "fe80::1": false, "10.9.0.1": false,
		"192.168.1.1": false, "172.16.0.1": false, "fd00::1": false, "100.64.0.1": false, "224.0.0.1": false, "255.255.255.255": false,
		"::ffff:127.0.0.1": false, "64:ff9b::7f00:1": false, "2002:7f00:1::": false, "198.18.0.1": false,
	} {
		if got := intranet.Allows(netip.MustParseAddr(address)); got != want {
			t.Errorf("%s: %v", address, got)
		}
	}
}

// What a name means is looked at when the connection is made; nothing goes to where nothing may go.
func TestNothingIsToldBeyondReach(t *testing.T) {
	t.Parallel()
	told := 0
	server := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { told++ }))
	t.Cleanup(server.Close)
	keys, err := gm.OpenKeyStore(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	if err := keys.Generate(context.Background(), "push"); err != nil {
		t.Fatal(err)
	}
	signer, err := keys.Signer("push")
	if err != nil {
		t.Fatal(err)
	}
	named := strings.Replace(server.URL, "127.0.0.1", "localhost", 1)
	for _, url := range []string{server.URL, named} {
		if err := connect.OpenReceivers(signer, nil, time.Second).Tell(context.Background(), url, []byte("{}")); err == nil || told != 0 {
			t.Errorf("%v, told %d", err, told)
		}
	}
	open := connect.Reach{netip.MustParsePrefix("127.0.0.0/8")}
	if err := connect.OpenReceivers(signer, open, time.Second).Tell(context.Background(), named, []byte("{}")); err != nil || told != 1 {
		t.Errorf("%v, told %d", err, told)
	}
}
