package ofd_test
import ("testing";"os")
func TestZZ(t *testing.T){
 for n,d:=range map[string]interface{}{"sample":sample(t),"copy":copied(t)} {
  _ = d; _ = n
 }
 p:=reread(t,build(t,copied(t)))
 os.WriteFile("/tmp/cov/copy.ofd",packed(t,p),0o644)
 os.WriteFile("/tmp/cov/sample.ofd",packed(t,build(t,sample(t))),0o644)
 s,err:=p.SVG(0); if err!=nil{t.Fatal(err)}
 os.WriteFile("/tmp/cov/copy.svg",s,0o644)
 g,err:=p.PNG(0,4); if err!=nil{t.Fatal(err)}
 os.WriteFile("/tmp/cov/copy-raster.png",g,0o644)
}
