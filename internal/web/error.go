package web

import (
	"net/http"
	"strconv"
	"strings"

	"github.com/yinxin-org/yinxin/internal/errs"
	"github.com/yinxin-org/yinxin/internal/httpapi"
)

type errorData struct {
	Status    int
	Code      string
	Words     string
	FromCheck bool // the way on leads back to the check page
}

// Error answers a request for a page with the words of err. The Edge uses it too.
func (s *Site) Error(w http.ResponseWriter, r *http.Request, err error) {
	e := errs.Of(err)
	if !errs.Known(e.Code) {
		e = errs.New(errs.Internal, "internal")
	}
	if minutes, err := strconv.Atoi(e.Args["minutes"]); err == nil {
		w.Header().Set("Retry-After", strconv.Itoa(60*minutes))
	}
	p := s.open(w, r)
	p.Data = errorData{
		Status: httpapi.Status(e), Code: e.Code, Words: errs.Text(e.Code, p.Lang, e.Args),
		FromCheck: strings.HasPrefix(e.Code, "present."),
	}
	s.render(w, httpapi.Status(e), "error", p)
}
