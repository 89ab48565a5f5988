"""What the words of the report mean, said so that nobody has to know statistics; in the order of the alphabet."""

from __future__ import annotations

# Word, meaning.
GLOSSARY: tuple[tuple[str, str], ...] = (
    ("andel", "Hur stor del av en grupp, i procent från 0 till 100."),
    ("anmälda brott", "Brott som har anmälts till polisen och registrerats. Alla brott anmäls inte."),
    (
        "antal per 100 000 invånare",
        "Antalet delat med folkmängden, så att kommuner av olika storlek kan jämföras. Läs alltid antalet först.",
    ),
    (
        "bedöms inte",
        "Det är inte bestämt om högt eller lågt är bra, eller så beror talet mest på hur mycket polisen letar.",
    ),
    ("bättre, sämre", "Sägs bara när skillnaden är säkerställd och det är bestämt om högt eller lågt är bra."),
    (
        "döljs av hänsyn till enskilda",
        "Talet rör så få personer att någon kunde bli igenkänd, eller skulle avslöja ett annat tal som är dolt.",
    ),
    ("egen bearbetning", "Talet är uträknat här av utgivarens uppgifter. Utgivaren svarar inte för det."),
    ("ej tillämpligt", "Frågan gäller inte området eller perioden."),
    ("felmarginal", "Utgivarens eget mått på osäkerheten: talet kan vara så mycket högre eller lägre."),
    (
        "fokusområde",
        "Ett av de områden som lägesbilden handlar om. Brottsligheten i stort står bredvid som sammanhang.",
    ),
    ("folkmängden är härledd", "Folkmängden är uträknad ur andra publicerade tal."),
    ("få svarande", "Så få har svarat att talet är osäkert."),
    ("färre än 5, färre än 10", "Antalet är så litet att det inte skrivs ut, av hänsyn till enskilda."),
    (
        "följer polisens insatser",
        "Brott som upptäcks mest när polisen letar, som narkotikabrott. Fler anmälda kan betyda fler kontroller.",
    ),
    ("för få svar för att redovisas", "Så få har svarat att talet varken går att lita på eller får visas."),
    ("försenad källa", "Nyare uppgifter borde ha kommit. Den senast giltiga uppgiften används."),
    (
        "ingen säkerställd skillnad",
        "Skillnaden är inte större än vad slumpen brukar ge. Det betyder inte att den är noll.",
    ),
    ("kan inte beräknas", "Något som talet räknas på saknas, eller så är åren för få."),
    ("konstruerade exempeldata", "Påhittade uppgifter som visar hur rapporten ser ut. De säger inget om verkligheten."),
    ("kvot", "Områdets värde delat med det som det jämförs med. 1 är lika, 2 är dubbelt så högt."),
    ("liknande kommuner", "Kommuner som Kolada har valt ut för att de liknar kommunen."),
    ("lokalpolisområde", "De kommuner som en lokal polisledning ansvarar för."),
    (
        "minsta minskning som hade synts",
        "Så stor måste en minskning vara för att synas i fyra fall av fem. En mindre kan ha funnits utan att synas.",
    ),
    ("mörkertal", "Brott som aldrig anmäls och därför inte syns i talen."),
    ("osäkerhetsintervall", "Talet ligger sannolikt mellan den nedre och den övre gränsen. Ju smalare, desto säkrare."),
    ("perioderna överlappar varandra", "De delar år med varandra och kan därför inte jämföras som om de vore skilda."),
    (
        "plats",
        "Kommunens plats bland alla kommuner; 1 är det lägsta värdet. Osäkerheten säger hur mycket platsen kan skilja.",
    ),
    ("preliminär uppgift", "Uppgiften kan ändras när utgivaren har fått in allt."),
    ("redovisas", "Talet får visas och står i kolumnen Värde."),
    ("reviderad uppgift", "Utgivaren har ändrat uppgiften sedan den först kom."),
    ("räknas olika i olika kommuner", "Talet jämförs bara med kommunens egna tidigare tal."),
    (
        "rättad här",
        "Uppgiften är en annan än utgivarens. Varför, och vem som har sagt det, står bland ändrade uppgifter.",
    ),
    ("självvalda svar", "De som svarat har själva valt att delta. Svaren kan inte generaliseras till alla invånare."),
    ("skillnaden ryms i slumpen", "Skillnaden är inte större än den som brukar uppstå av slump."),
    ("svarsfrekvens", "Hur stor del av de tillfrågade som svarade, i procent."),
    (
        "säkerställd",
        "Större än vad slumpen brukar ge mellan år och kommuner. Ungefär vart tjugonde fall kan ändå bero på slumpen.",
    ),
    ("tidsseriebrott", "Här ändrades mätningen. Tal före och efter kan inte jämföras."),
    ("trend", "Utvecklingen under de fem senaste åren."),
    ("täljare och nämnare", "Det som räknas, och det som det räknas på: till exempel anmälda brott och invånare."),
    ("uppgift saknas", "Ingen har lämnat eller publicerat uppgiften. Det betyder inte att talet är noll."),
    ("veckomönster", "Hur händelserna fördelar sig över veckans dagar. Två års veckor läggs ihop."),
    ("viktad andel", "Svaren är omräknade så att varje grupp väger så mycket som den ska."),
    ("årshjul", "Hur händelserna fördelar sig över årets månader. Flera år läggs ihop, så att inget enda år styr."),
    (
        "återkommande plats",
        "En namngiven plats med säkerställt fler händelser än om kommunens platser hade lika många, i flera månader.",
    ),
)
