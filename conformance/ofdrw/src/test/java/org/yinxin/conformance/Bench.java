package org.yinxin.conformance;

import com.sun.management.OperatingSystemMXBean;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.Signature;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.bouncycastle.jce.provider.BouncyCastleProvider;
import org.junit.jupiter.api.Test;
import org.ofdrw.gm.ses.v4.SESeal;
import org.ofdrw.layout.OFDDoc;
import org.ofdrw.layout.PageLayout;
import org.ofdrw.layout.VirtualPage;
import org.ofdrw.layout.edit.Attachment;
import org.ofdrw.layout.element.Img;
import org.ofdrw.layout.element.Paragraph;
import org.ofdrw.layout.element.Position;
import org.ofdrw.reader.OFDReader;
import org.ofdrw.sign.NumberFormatAtomicSignID;
import org.ofdrw.sign.OFDSigner;
import org.ofdrw.sign.SignMode;
import org.ofdrw.sign.signContainer.SESV4Container;
import org.ofdrw.sign.stamppos.NormalStampPos;
import org.ofdrw.sign.verify.OFDValidator;
import org.ofdrw.sign.verify.container.SESV4ValidateContainer;

/**
 * What ofdrw needs for the license that our benchmarks make, in processor time of the whole process. Not run with the
 * tests: {@code mvn test -Dtest=Bench}, by scripts/bench-ofd.sh, which lays the licenses' contents and our files into
 * YINXIN_BENCH_DIR. Where a choice had to be made it favours ofdrw: it embeds no font, gets the check code as a ready
 * picture, keeps key, seal and certificate in memory, and is quoted with its best round after warming up.
 */
class Bench {
    private static final BouncyCastleProvider BC = new BouncyCastleProvider();
    private static final int ROUNDS = 5;

    /** One license's contents: lines of "x y size text", millimetres, y of the baseline. */
    private record License(List<String[]> lines, Path photo, Path code, Path data) {
        static License read(Path dir) throws IOException {
            List<String[]> lines = Files.readAllLines(dir.resolve("lines.tsv")).stream()
                    .map(line -> line.split("\t"))
                    .toList();
            return new License(lines, dir.resolve("photo.jpg"), dir.resolve("code.png"), dir.resolve("license.json"));
        }
    }

    private interface Work {
        void run(int n) throws Exception;
    }

    @Test
    void generateAndValidate() throws Exception {
        Path dir = Path.of(System.getenv("YINXIN_BENCH_DIR"));
        double seconds = Double.parseDouble(System.getenv("YINXIN_BENCH_SECONDS"));
        List<License> licenses = new ArrayList<>();
        List<byte[]> files = new ArrayList<>();
        for (int i = 0; Files.exists(dir.resolve(i + "/lines.tsv")); i++) {
            licenses.add(License.read(dir.resolve(String.valueOf(i))));
            files.add(Files.readAllBytes(dir.resolve(i + "/license.ofd")));
        }
        BenchSeal seal = BenchSeal.make(Files.readAllBytes(dir.resolve("seal.png")));

        byte[] made = generate(licenses.get(0), seal);
        validate(made);
        Files.write(dir.resolve("ofdrw.ofd"), made);

        String out = measure("OfdrwGenerate", seconds, n -> generate(licenses.get(n % licenses.size()), seal))
                + measure("OfdrwVerify", seconds, n -> validate(files.get(n % files.size())));
        Files.writeString(dir.resolve("ofdrw.txt"), out);
    }

    /** Warms up as long as it measures; a line as "go test -bench" writes it. */
    private static String measure(String name, double seconds, Work work) throws Exception {
        round(seconds, work);
        long best = Long.MAX_VALUE;
        long count = 0;
        for (int i = 0; i < ROUNDS; i++) {
            long[] done = round(seconds / ROUNDS, work);
            best = Math.min(best, done[1] / done[0]);
            count += done[0];
        }
        return String.format(Locale.ROOT, "Benchmark%s\t%d\t%d cpu-ns/op%n", name, count, best);
    }

    /** Works that long by the clock; gives the number of documents and the processor's nanoseconds. */
    private static long[] round(double seconds, Work work) throws Exception {
        OperatingSystemMXBean system = (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
        long end = System.nanoTime() + (long) (seconds * 1e9);
        long began = system.getProcessCpuTime();
        int n = 0;
        do {
            work.run(n++);
        } while (System.nanoTime() < end);
        return new long[] {n, system.getProcessCpuTime() - began};
    }

    private static byte[] generate(License license, BenchSeal seal) throws IOException, GeneralSecurityException {
        ByteArrayOutputStream plain = new ByteArrayOutputStream();
        try (OFDDoc doc = new OFDDoc(plain)) {
            PageLayout a4 = new PageLayout(210d, 297d).setMargin(0d);
            doc.setDefaultPageLayout(a4);
            VirtualPage page = new VirtualPage(a4);
            for (String[] line : license.lines()) {
                double size = Double.parseDouble(line[2]);
                page.add(new Paragraph(
                        Double.parseDouble(line[0]), Double.parseDouble(line[1]) - size, 140, 2 * size, line[3], size));
            }
            page.add(new Img(26, 36, license.photo()).setPosition(Position.Absolute).setX(160d).setY(76d));
            page.add(new Img(32, 32, license.code()).setPosition(Position.Absolute).setX(24d).setY(232d));
            doc.addVPage(page);
            doc.addAttachment(new Attachment("license", license.data()).setFormat("json").setVisible(false));
        }
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (OFDReader reader = new OFDReader(new ByteArrayInputStream(plain.toByteArray()));
                OFDSigner signer = new OFDSigner(reader, out, new NumberFormatAtomicSignID())) {
            signer.setSignMode(SignMode.WholeProtected);
            signer.setSignContainer(new SESV4Container(seal.key(), seal.seal(), seal.cert()));
            signer.addApPos(new NormalStampPos(1, 138, 226, 42, 42));
            signer.exeSign();
        }
        return out.toByteArray();
    }

    /** Digests, the signer's signature and, which ofdrw's validator leaves out, the seal maker's. */
    private static void validate(byte[] file) throws Exception {
        try (OFDReader reader = new OFDReader(new ByteArrayInputStream(file));
                OFDValidator validator = new OFDValidator(reader)) {
            validator.setValidator(new SESV4ValidateContainer());
            validator.exeValidate();
            byte[] der = Files.readAllBytes(reader.getWorkDir().resolve("Doc_0/Signs/Sign_0/Seal.esl"));
            SESeal seal = SESeal.getInstance(der);
            X509Certificate maker = (X509Certificate) CertificateFactory.getInstance("X.509", BC)
                    .generateCertificate(new ByteArrayInputStream(seal.getCert().getOctets()));
            Signature verifier = Signature.getInstance("SM3withSM2", BC);
            verifier.initVerify(maker.getPublicKey());
            verifier.update(seal.geteSealInfo().getEncoded("DER"));
            Mismatch.unless(verifier.verify(seal.getSignedValue().getOctets()), "the maker's signature fails");
        }
    }
}
