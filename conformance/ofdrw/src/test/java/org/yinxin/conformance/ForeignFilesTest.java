package org.yinxin.conformance;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Base64;
import java.util.Date;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfEnvironmentVariable;
import org.ofdrw.layout.OFDDoc;
import org.ofdrw.layout.PageLayout;
import org.ofdrw.layout.element.Paragraph;
import org.ofdrw.reader.OFDReader;
import org.ofdrw.sign.ExtendSignatureContainer;
import org.ofdrw.sign.OFDSigner;
import org.ofdrw.sign.SignMode;
import org.ofdrw.sign.StandFormatAtomicSignID;
import org.ofdrw.sign.signContainer.SESV1Container;
import org.ofdrw.sign.signContainer.SESV4Container;
import org.ofdrw.sign.stamppos.NormalStampPos;
import org.ofdrw.sign.stamppos.RidingStampPos;
import org.yinxin.conformance.TestKeys.Holder;

/**
 * Makes files with ofdrw and seals them, for our verifier to judge (conformance/foreign). They go to the folder
 * YINXIN_FOREIGN_DIR, each named after what the verdict must be.
 */
@EnabledIfEnvironmentVariable(named = "YINXIN_FOREIGN_DIR", matches = ".+")
class ForeignFilesTest {
    private static final Path DIR = Path.of(System.getenv().getOrDefault("YINXIN_FOREIGN_DIR", "target/foreign"));
    private static final Date LATER = Date.from(Instant.parse("2044-01-01T00:00:00Z"));
    private static final Date OVER = Date.from(Instant.parse("2025-07-01T00:00:00Z"));

    @BeforeAll
    static void root() throws Exception {
        Files.createDirectories(DIR);
        String der = Base64.getMimeEncoder(64, new byte[] {'\n'})
                .encodeToString(TestKeys.root().cert().getEncoded());
        Files.writeString(
                DIR.resolve("anchors.pem"), "-----BEGIN CERTIFICATE-----\n" + der + "\n-----END CERTIFICATE-----\n");
    }

    @Test
    void version4() throws Exception {
        write("valid-v4-1", List.of(v4("unit-a")), 1);
        write("valid-v4-2", List.of(v4("unit-a"), v4("unit-b")), 1);
        write("valid-v4-3", List.of(v4("unit-a"), v4("unit-b"), v4("unit-a")), 3);
    }

    @Test
    void version1() throws Exception {
        write("valid-v1-1", List.of(v1("unit-a")), 1);
        write("valid-v1-2", List.of(v1("unit-a"), v1("unit-b")), 3);
    }

    @Test
    void versionsTogether() throws Exception {
        write("valid-v1-v4", List.of(v1("unit-a"), v4("unit-b")), 2);
        write("valid-v4-v1", List.of(v4("unit-a"), v1("unit-b")), 2);
    }

    @Test
    void listLeftOpen() throws Exception {
        Files.write(DIR.resolve("LIST_OPEN-v4.ofd"), seal(document(1), v4("unit-a"), SignMode.ContinueSign, 1));
    }

    @Test
    void otherSigner() throws Exception {
        Holder other = TestKeys.of("unit-c");
        write("SIGNER_NOT_IN_SEAL-v4", List.of(new SESV4Container(
                other.key(), TestSeals.version4(TestKeys.of("unit-a"), LATER), other.cert())), 1);
        write("SIGNER_NOT_IN_SEAL-v1", List.of(new SESV1Container(
                other.key(), TestSeals.version1(TestKeys.of("unit-a"), LATER), other.cert())), 1);
    }

    @Test
    void sealOver() throws Exception {
        Holder unit = TestKeys.of("unit-a");
        write("SEAL_PERIOD-v4", List.of(new SESV4Container(unit.key(), TestSeals.version4(unit, OVER), unit.cert())), 1);
        write("SEAL_PERIOD-v1", List.of(new SESV1Container(unit.key(), TestSeals.version1(unit, OVER), unit.cert())), 1);
    }

    @Test
    void pageChanged() throws Exception {
        for (String version : List.of("v4", "v1")) {
            byte[] sealed = Files.readAllBytes(write(
                    "valid-" + version + "-1", List.of(version.equals("v4") ? v4("unit-a") : v1("unit-a")), 1));
            OfdPackage pack = OfdPackage.read(sealed);
            String page = "/Doc_0/Pages/Page_0/Content.xml";
            String xml = new String(pack.get(page), StandardCharsets.UTF_8);
            Mismatch.unless(xml.contains("一"), "the page does not show its number");
            byte[] changed = xml.replace("一", "二").getBytes(StandardCharsets.UTF_8);
            Files.write(DIR.resolve("REF_DIGEST-" + version + ".ofd"), pack.with(page, changed).zip());
        }
    }

    private static ExtendSignatureContainer v4(String name) throws Exception {
        Holder unit = TestKeys.of(name);
        return new SESV4Container(unit.key(), TestSeals.version4(unit, LATER), unit.cert());
    }

    private static ExtendSignatureContainer v1(String name) throws Exception {
        Holder unit = TestKeys.of(name);
        return new SESV1Container(unit.key(), TestSeals.version1(unit, LATER), unit.cert());
    }

    /** Seals a document of so many pages in order; the last seal closes the list. */
    private static Path write(String name, List<ExtendSignatureContainer> seals, int pages) throws Exception {
        byte[] file = document(pages);
        for (int i = 0; i < seals.size(); i++) {
            SignMode mode = i == seals.size() - 1 ? SignMode.WholeProtected : SignMode.ContinueSign;
            file = seal(file, seals.get(i), mode, i + 1);
        }
        return Files.write(DIR.resolve(name + ".ofd"), file);
    }

    private static byte[] document(int pages) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (OFDDoc doc = new OFDDoc(out)) {
            doc.setDefaultPageLayout(PageLayout.A4());
            for (int i = 0; i < pages; i++) {
                for (int line = 0; line < (i == 0 ? 1 : 60); line++) {
                    doc.add(new Paragraph("第一份示例文件，由他人的程序制作"));
                }
            }
        }
        return out.toByteArray();
    }

    private static byte[] seal(byte[] file, ExtendSignatureContainer container, SignMode mode, int number) throws Exception {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (OFDReader reader = new OFDReader(new ByteArrayInputStream(file));
                OFDSigner signer = new OFDSigner(reader, out, new StandFormatAtomicSignID())) {
            signer.setSignMode(mode);
            signer.setSignContainer(container);
            signer.addApPos(new NormalStampPos(1, 40 * number, 200, 40, 40));
            if (reader.getNumberOfPages() > 1) {
                signer.addApPos(new RidingStampPos(40, 40));
            }
            signer.exeSign();
        }
        return out.toByteArray();
    }
}
