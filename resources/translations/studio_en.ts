<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="en">
<context>
    <name>ExportDialog</name>
    <message numerus="yes">
        <source>Export %n take(s)</source>
        <translation>
            <numerusform>Export %n take</numerusform>
            <numerusform>Export %n takes</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>Exporter</name>
    <message numerus="yes">
        <source>Exporting %n take(s)…</source>
        <translation>
            <numerusform>Exporting %n take…</numerusform>
            <numerusform>Exporting %n takes…</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>Facts</name>
    <message numerus="yes">
        <source>%n beat(s) per bar</source>
        <translation>
            <numerusform>%n beat per bar</numerusform>
            <numerusform>%n beats per bar</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>ListRows</name>
    <message numerus="yes">
        <source>%n prompt(s)</source>
        <translation>
            <numerusform>%n prompt</numerusform>
            <numerusform>%n prompts</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n take(s)</source>
        <translation>
            <numerusform>%n take</numerusform>
            <numerusform>%n takes</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>ListSheet</name>
    <message numerus="yes">
        <source>%Ln prompt(s)</source>
        <translation>
            <numerusform>%Ln prompt</numerusform>
            <numerusform>%Ln prompts</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln take(s)</source>
        <translation>
            <numerusform>%Ln take</numerusform>
            <numerusform>%Ln takes</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln line(s) cannot be used</source>
        <translation>
            <numerusform>%Ln line cannot be used</numerusform>
            <numerusform>%Ln lines cannot be used</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>Generate the %Ln right one(s)</source>
        <translation>
            <numerusform>Generate the %Ln right one</numerusform>
            <numerusform>Generate the %Ln right ones</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>Generate %Ln take(s)</source>
        <translation>
            <numerusform>Generate %Ln take</numerusform>
            <numerusform>Generate %Ln takes</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>ServerBanner</name>
    <message numerus="yes">
        <source>%n take(s) wait and go on by themselves.</source>
        <translation>
            <numerusform>%n take wait and go on by themselves.</numerusform>
            <numerusform>%n takes wait and go on by themselves.</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>ServerDesk</name>
    <message numerus="yes">
        <source>%n take(s) wait on: their model is not on this computer.</source>
        <translation>
            <numerusform>%n take wait on: their model is not on this computer.</numerusform>
            <numerusform>%n takes wait on: their model is not on this computer.</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>ServerForm</name>
    <message numerus="yes">
        <source>%n model(s)</source>
        <translation>
            <numerusform>%n model</numerusform>
            <numerusform>%n models</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>StatusBar</name>
    <message numerus="yes">
        <source>%Ln take(s)</source>
        <translation>
            <numerusform>%Ln take</numerusform>
            <numerusform>%Ln takes</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>Summary</name>
    <message numerus="yes">
        <source>%n take(s)</source>
        <translation>
            <numerusform>%n take</numerusform>
            <numerusform>%n takes</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n prompt(s)</source>
        <translation>
            <numerusform>%n prompt</numerusform>
            <numerusform>%n prompts</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n job(s)</source>
        <translation>
            <numerusform>%n job</numerusform>
            <numerusform>%n jobs</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>Trash</name>
    <message numerus="yes">
        <source>%n job(s) deleted.</source>
        <translation>
            <numerusform>%n job deleted.</numerusform>
            <numerusform>%n jobs deleted.</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>_Card</name>
    <message numerus="yes">
        <source>%n more</source>
        <translation>
            <numerusform>%n more</numerusform>
            <numerusform>%n more</numerusform>
        </translation>
    </message>
</context>
</TS>
