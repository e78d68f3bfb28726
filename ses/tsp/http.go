package tsp

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/asn1"
	"io"
	"math/big"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/emmansun/gmsm/smx509"

	"github.com/yinxin-org/yinxin/ses"
)

// Media types of a request and of its answer by HTTP, RFC 3161 clause 3.4.
const (
	RequestType  = "application/timestamp-query"
	ResponseType = "application/timestamp-reply"
)

// PKIStatus and bits of PKIFailureInfo, RFC 3161 clause 2.4.2.
const (
	granted         = 0
	grantedWithMods = 1
	rejection       = 2

	badAlg        = 0
	badRequest    = 2
	badDataFormat = 5
	unacceptedPol = 15
	unacceptedExt = 16
	systemFailure = 25

	maxRequest  = 4 << 10
	maxResponse = 64 << 10
)

// Respond answers a request (TimeStampReq, DER) with a response
// (TimeStampResp, DER), which is a rejection where no token can be made: the
// digest is not one by SM3, the request asks for another policy or for
// extensions, or the key does not answer.
func (a *Authority) Respond(request []byte) []byte {
	var req wireRequest
	rest, err := asn1.Unmarshal(request, &req)
	switch {
	case err != nil || len(rest) > 0:
		return rejected(badDataFormat, "the request cannot be read")
	case req.Version != 1:
		return rejected(badRequest, "the version is not 1")
	case !req.Imprint.Method.Algorithm.Equal(ses.OIDSM3()):
		return rejected(badAlg, "the digest must be one by SM3")
	case len(req.Imprint.Value) != 32:
		return rejected(badDataFormat, "the digest has not the length of SM3")
	case req.Policy != nil && !req.Policy.Equal(a.o.Policy):
		return rejected(unacceptedPol, "the policy is not the authority's")
	case len(req.Extensions) > 0:
		return rejected(unacceptedExt, "extensions are not known")
	}
	token, err := a.token(req)
	if err != nil {
		return rejected(systemFailure, "no token can be made now")
	}
	return respond(wireResponse{Status: wireStatus{Status: granted}, Token: asn1.RawValue{FullBytes: token}})
}

func rejected(bit int, why string) []byte {
	reasons := asn1.BitString{Bytes: make([]byte, bit/8+1), BitLength: bit + 1}
	reasons.Bytes[bit/8] = 0x80 >> (bit % 8)
	return respond(wireResponse{Status: wireStatus{Status: rejection, Text: []asn1.RawValue{{Tag: asn1.TagUTF8String, Bytes: []byte(why)}}, Fault: reasons}})
}

func respond(r wireResponse) []byte {
	status, _ := asn1.Marshal(r.Status) // of our own making: it cannot fail
	der, _ := asn1.Marshal(asn1.RawValue{Tag: asn1.TagSequence, IsCompound: true, Bytes: slices.Concat(status, r.Token.FullBytes)})
	return der
}

// ServeHTTP answers requests by POST, RFC 3161 clause 3.4.
func (a *Authority) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodPost {
		w.Header().Set("Allow", http.MethodPost)
		http.Error(w, "time stamps are asked for by POST", http.StatusMethodNotAllowed)
		return
	}
	if kind, _, _ := strings.Cut(r.Header.Get("Content-Type"), ";"); strings.TrimSpace(kind) != RequestType {
		http.Error(w, "the body must be "+RequestType, http.StatusUnsupportedMediaType)
		return
	}
	request, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxRequest))
	if err != nil {
		http.Error(w, "the request is too large or broke off", http.StatusBadRequest)
		return
	}
	response := a.Respond(request)
	w.Header().Set("Content-Type", ResponseType)
	w.Header().Set("Content-Length", strconv.Itoa(len(response)))
	_, _ = w.Write(response)
}

// Client asks an authority for time stamps by HTTP. It is safe for use by
// several goroutines.
type Client struct {
	// URL is the address of the authority.
	URL string
	// HTTP does the asking; nil: a client that gives up after five seconds.
	HTTP *http.Client
	// Authorities are the certificates (DER) that a token is believed by: the
	// authority's own or its issuer's. Without any, no token is believed.
	Authorities [][]byte
	// Policy is asked for when it is not nil.
	Policy asn1.ObjectIdentifier
}

// Stamp returns a token (DER) over the SM3 digest of data after checking that
// it answers this very request and comes from one of the client's authorities.
// It fits ses.SignRequest.Timestamp.
func (c *Client) Stamp(data []byte) ([]byte, error) {
	nonce, err := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 63))
	if err != nil {
		return nil, fault(OtherRequest, "no nonce", err)
	}
	sum := ses.Digest(data)
	request, err := asn1.Marshal(wireRequest{Version: 1, Imprint: imprint{sm3Name(), sum[:]}, Policy: c.Policy, Nonce: nonce, CertReq: true})
	if err != nil {
		return nil, fault(OtherRequest, "the request cannot be encoded", err)
	}
	response, err := c.ask(request)
	if err != nil {
		return nil, err
	}
	der, err := unwrap(response)
	if err != nil {
		return nil, err
	}
	if err := c.accept(der, data, nonce); err != nil {
		return nil, err
	}
	return der, nil
}

func (c *Client) ask(request []byte) ([]byte, error) {
	client := c.HTTP
	if client == nil {
		client = &http.Client{Timeout: 5 * time.Second}
	}
	// The time that it may take is the http.Client's affair, for ses.Sign knows no context.
	req, err := http.NewRequestWithContext(context.Background(), http.MethodPost, c.URL, bytes.NewReader(request))
	if err != nil {
		return nil, fault(Unreachable, "the address cannot be used", err)
	}
	req.Header.Set("Content-Type", RequestType)
	res, err := client.Do(req)
	if err != nil {
		return nil, fault(Unreachable, "the authority does not answer", err)
	}
	defer func() { _ = res.Body.Close() }()
	if res.StatusCode != http.StatusOK {
		return nil, fault(Unreachable, "the authority answers "+strconv.Itoa(res.StatusCode), nil)
	}
	body, err := io.ReadAll(io.LimitReader(res.Body, maxResponse+1))
	if err != nil || len(body) > maxResponse {
		return nil, fault(Unreachable, "the answer is too large or broke off", err)
	}
	return body, nil
}

// unwrap takes the token out of a response.
func unwrap(response []byte) ([]byte, error) {
	var r wireResponse
	if rest, err := asn1.Unmarshal(response, &r); err != nil || len(rest) > 0 {
		return nil, fault(BadToken, "the response cannot be read", err)
	}
	if r.Status.Status != granted && r.Status.Status != grantedWithMods {
		why := []string{"status " + strconv.Itoa(r.Status.Status) + ":"}
		for _, text := range r.Status.Text {
			why = append(why, strings.ToValidUTF8(string(text.Bytes), "?"))
		}
		return nil, fault(Refused, strings.Join(why, " "), nil)
	}
	return r.Token.FullBytes, nil
}

// accept holds a token against its request, RFC 3161 clause 2.2.
func (c *Client) accept(der, data []byte, nonce *big.Int) error {
	t, err := ParseToken(der)
	if err != nil {
		return err
	}
	switch {
	case !t.Covers(data):
		return fault(OtherRequest, "the token is of other contents", nil)
	case t.Nonce == nil || t.Nonce.Cmp(nonce) != 0:
		return fault(OtherRequest, "the token answers another request", nil)
	case c.Policy != nil && !t.Policy.Equal(c.Policy):
		return fault(OtherRequest, "the token is by another policy", nil)
	}
	if err := t.Verify(); err != nil {
		return err
	}
	return c.believe(t)
}

func (c *Client) believe(t *Token) error {
	for _, der := range c.Authorities {
		if bytes.Equal(der, t.Cert) {
			return nil
		}
		issuer, err := smx509.ParseCertificate(der)
		if err == nil && t.cert.CheckSignatureFrom(issuer) == nil {
			return nil
		}
	}
	return fault(BadAuthority, "the authority is not one of those that are believed", nil)
}
