package ofd
import ("testing";"bytes";"github.com/klauspost/compress/flate";"os";"archive/zip";"io";"strings")
func parts(b *testing.B) [][]byte { z,err:=zip.OpenReader("/work/tmp/engine/a.ofd"); if err!=nil {b.Fatal(err)}; var out [][]byte
 for _,f:=range z.File { if strings.HasPrefix(f.Name,"Doc_0/Res/font_4")||f.Name=="OFD.xml"||strings.Contains(f.Name,"Pages")||strings.Contains(f.Name,"Attach")||strings.Contains(f.Name,"Tag_")||strings.HasSuffix(f.Name,"Signatures.xml")||strings.HasSuffix(f.Name,"Signature.xml") { r,_:=f.Open(); d,_:=io.ReadAll(r); out=append(out,d)}}
 return out }
func BenchmarkDefl(b *testing.B){ ps:=parts(b); _=os.Stdout
 for _,l:=range []int{1,2,-2,-3} { b.Run(string(rune('a'+l+3)), func(b *testing.B){ var buf bytes.Buffer; w,err:=flate.NewWriter(&buf,l); if err!=nil {b.Fatal(err)}; n:=0
  for b.Loop(){ buf.Reset(); for _,p:=range ps { w.Reset(&buf); w.Write(p); w.Close() }; n=buf.Len() }
  b.ReportMetric(float64(n),"bytes") }) }
 b.Run("stateless", func(b *testing.B){ var buf bytes.Buffer; n:=0
  for b.Loop(){ buf.Reset(); for _,p:=range ps { flate.StatelessDeflate(&buf,p,true,nil) }; n=buf.Len() }
  b.ReportMetric(float64(n),"bytes") }) 
}
