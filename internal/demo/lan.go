package demo

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"time"
)

// secureLAN wraps a listener in TLS with a certificate for this machine's addresses, kept in dir so that a
// phone which accepted it once does not ask again. Browsers do not know it and say so; a demonstration lives
// with that, and cameras work only over HTTPS.
func secureLAN(l net.Listener, dir string) (net.Listener, string, error) {
	addrs, err := localAddresses()
	if err != nil {
		return nil, "", err
	}
	certFile, keyFile := filepath.Join(dir, "cert.pem"), filepath.Join(dir, "key.pem")
	if _, err := os.Stat(keyFile); err != nil {
		if err := makeCert(addrs, dir, certFile, keyFile); err != nil {
			return nil, "", err
		}
	}
	cert, err := tls.LoadX509KeyPair(certFile, keyFile)
	if err != nil {
		return nil, "", err
	}
	return tls.NewListener(l, &tls.Config{Certificates: []tls.Certificate{cert}, MinVersion: tls.VersionTLS12,
		NextProtos: []string{"h2", "http/1.1"}}), addrs[0].String(), nil
}

// localAddresses lists this machine's addresses in its local networks, IPv4 first.
func localAddresses() ([]net.IP, error) {
	all, err := net.InterfaceAddrs()
	if err != nil {
		return nil, err
	}
	var v4, v6 []net.IP
	for _, a := range all {
		ip, ok := a.(*net.IPNet)
		if !ok || ip.IP.IsLoopback() || !ip.IP.IsPrivate() {
			continue
		}
		if ip.IP.To4() != nil {
			v4 = append(v4, ip.IP)
		} else {
			v6 = append(v6, ip.IP)
		}
	}
	if len(v4)+len(v6) == 0 {
		return nil, errors.New("this machine has no address in a local network; run without --lan")
	}
	return append(v4, v6...), nil
}

func makeCert(addrs []net.IP, dir, certFile, keyFile string) error {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return err
	}
	serial, err := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 120))
	if err != nil {
		return err
	}
	t := &x509.Certificate{SerialNumber: serial, Subject: pkix.Name{CommonName: "Yinxin demonstration"},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().AddDate(1, 0, 0), IPAddresses: append(addrs, net.IPv4(127, 0, 0, 1)),
		DNSNames: []string{"localhost"}, KeyUsage: x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}}
	der, err := x509.CreateCertificate(rand.Reader, t, t, key.Public(), key)
	if err != nil {
		return err
	}
	private, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	return errors.Join(
		os.WriteFile(certFile, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}), 0o600),
		os.WriteFile(keyFile, pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: private}), 0o600))
}
