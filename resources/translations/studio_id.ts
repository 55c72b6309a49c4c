<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="id">
<context>
    <name>AboutDialog</name>
    <message>
        <source>About DGX Music Studio</source>
        <translation>Tentang DGX Music Studio</translation>
    </message>
    <message>
        <source>A desktop studio where musicians turn words into music. Free, under the MIT licence.</source>
        <translation>Studio desktop tempat musisi mengubah kata menjadi musik. Bebas, berlisensi MIT.</translation>
    </message>
    <message>
        <source>Typeface: Inter, © The Inter Project Authors, SIL Open Font License.</source>
        <translation>Huruf: Inter, © The Inter Project Authors, SIL Open Font License.</translation>
    </message>
    <message>
        <source>Close</source>
        <translation>Tutup</translation>
    </message>
    <message>
        <source>Version {version}</source>
        <translation>Versi {version}</translation>
    </message>
</context>
<context>
    <name>AudioDrop</name>
    <message>
        <source>As melody</source>
        <translation>Sebagai melodi</translation>
    </message>
    <message>
        <source>Continue it</source>
        <translation>Lanjutkan</translation>
    </message>
    <message>
        <source>Take the audio away</source>
        <translation>Buang audio ini</translation>
    </message>
    <message>
        <source>{model} cannot follow audio. Choose another model, or take it away.</source>
        <translation>{model} tidak bisa mengikuti audio. Pilih model lain, atau buang audionya.</translation>
    </message>
    <message>
        <source>Drop audio here</source>
        <translation>Letakkan audio di sini</translation>
    </message>
    <message>
        <source>as melody, or to continue it</source>
        <translation>sebagai melodi, atau untuk dilanjutkan</translation>
    </message>
    <message>
        <source>or choose a file</source>
        <translation>atau pilih berkas</translation>
    </message>
    <message>
        <source>Choose audio</source>
        <translation>Pilih audio</translation>
    </message>
    <message>
        <source>Audio ({patterns})</source>
        <translation>Audio ({patterns})</translation>
    </message>
</context>
<context>
    <name>Chips</name>
    <message>
        <source>More words</source>
        <translation>Kata lain</translation>
    </message>
    <message>
        <source>Word of the prompt</source>
        <translation>Kata dalam prompt</translation>
    </message>
    <message>
        <source>Mood</source>
        <translation>Suasana</translation>
    </message>
    <message>
        <source>Genre</source>
        <translation>Genre</translation>
    </message>
    <message>
        <source>Instrument</source>
        <translation>Alat musik</translation>
    </message>
    <message>
        <source>Tempo</source>
        <translation>Tempo</translation>
    </message>
    <message>
        <source>Key</source>
        <translation>Nada dasar</translation>
    </message>
</context>
<context>
    <name>ComposePanel</name>
    <message>
        <source>Takes of each prompt</source>
        <translation>Jumlah take tiap prompt</translation>
    </message>
    <message>
        <source>Generate</source>
        <translation>Buat</translation>
    </message>
    <message>
        <source>Ctrl+Enter; with Shift in front of all that waits</source>
        <translation>Ctrl+Enter; dengan Shift mendahului semua yang menunggu</translation>
    </message>
    <message>
        <source>Say what you want to hear, or pick a word below.</source>
        <translation>Tulis apa yang ingin didengar, atau pilih kata di bawah.</translation>
    </message>
    <message numerus="yes">
        <source>%n prompt(s)</source>
        <translation>
            <numerusform>%n prompt</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n take(s)</source>
        <translation>
            <numerusform>%n take</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n job(s)</source>
        <translation>
            <numerusform>%n tugas</numerusform>
        </translation>
    </message>
    <message>
        <source>about {time}</source>
        <translation>sekitar {time}</translation>
    </message>
    <message>
        <source>COMPOSE</source>
        <translation>GUBAH</translation>
    </message>
    <message>
        <source>Length</source>
        <translation>Durasi</translation>
    </message>
    <message>
        <source>Takes</source>
        <translation>Take</translation>
    </message>
    <message>
        <source>Seed</source>
        <translation>Seed</translation>
    </message>
</context>
<context>
    <name>DragHandle</name>
    <message>
        <source>Drag to DAW</source>
        <translation>Seret ke DAW</translation>
    </message>
    <message>
        <source>Drag the take into another program; press to copy its file</source>
        <translation>Seret take ke program lain; tekan untuk menyalin berkasnya</translation>
    </message>
</context>
<context>
    <name>ExportDialog</name>
    <message>
        <source>Export “{name}”</source>
        <translation>Ekspor “{name}”</translation>
    </message>
    <message>
        <source>Format</source>
        <translation>Format</translation>
    </message>
    <message>
        <source>As it is</source>
        <translation>Apa adanya</translation>
    </message>
    <message>
        <source>Sample rate</source>
        <translation>Laju sampel</translation>
    </message>
    <message>
        <source>Loudness</source>
        <translation>Kenyaringan</translation>
    </message>
    <message>
        <source>File name</source>
        <translation>Nama berkas</translation>
    </message>
    <message>
        <source>Choose…</source>
        <translation>Pilih…</translation>
    </message>
    <message>
        <source>End on a whole bar</source>
        <translation>Akhiri pada birama utuh</translation>
    </message>
    <message>
        <source>The notes too, as MIDI</source>
        <translation>Notnya juga, sebagai MIDI</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>Batal</translation>
    </message>
    <message>
        <source>Export</source>
        <translation>Ekspor</translation>
    </message>
    <message>
        <source>Export to</source>
        <translation>Ekspor ke</translation>
    </message>
    <message>
        <source>Folder</source>
        <translation>Folder</translation>
    </message>
</context>
<context>
    <name>Exporter</name>
    <message>
        <source>Exporting “{name}”…</source>
        <translation>Mengekspor “{name}”…</translation>
    </message>
    <message>
        <source>Exported to {path}</source>
        <translation>Diekspor ke {path}</translation>
    </message>
    <message>
        <source>Show in folder</source>
        <translation>Tampilkan di folder</translation>
    </message>
</context>
<context>
    <name>Facts</name>
    <message>
        <source>Tempo</source>
        <translation>Tempo</translation>
    </message>
    <message>
        <source>Key</source>
        <translation>Nada dasar</translation>
    </message>
    <message>
        <source>Loudness</source>
        <translation>Kenyaringan</translation>
    </message>
    <message>
        <source>Length</source>
        <translation>Durasi</translation>
    </message>
    <message>
        <source>Model</source>
        <translation>Model</translation>
    </message>
    <message>
        <source>Licence</source>
        <translation>Lisensi</translation>
    </message>
    <message>
        <source>Seed</source>
        <translation>Seed</translation>
    </message>
    <message>
        <source>Guidance</source>
        <translation>Guidance</translation>
    </message>
    <message>
        <source>{tempo} bpm</source>
        <translation>{tempo} bpm</translation>
    </message>
</context>
<context>
    <name>LengthField</name>
    <message>
        <source>Length</source>
        <translation>Durasi</translation>
    </message>
    <message>
        <source>Length in minutes and seconds</source>
        <translation>Durasi dalam menit dan detik</translation>
    </message>
</context>
<context>
    <name>ListIntake</name>
    <message>
        <source>Pasted prompts</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Open a prompt list</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Prompt lists ({patterns})</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>ListRows</name>
    <message>
        <source>Line</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Prompt</source>
        <translation type="unfinished">Prompt</translation>
    </message>
    <message>
        <source>Settings</source>
        <translation type="unfinished">Pengaturan</translation>
    </message>
    <message numerus="yes">
        <source>%n take(s)</source>
        <translation type="unfinished">
            <numerusform>%n take</numerusform>
        </translation>
    </message>
    <message>
        <source>seed {seed}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>loop</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>guidance {value}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>same as line {line}</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>ListSheet</name>
    <message>
        <source>Prompt list</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Reading…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Prompts of the list</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Only what is wrong</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Use as one prompt</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation type="unfinished">Batal</translation>
    </message>
    <message>
        <source>Generate</source>
        <translation type="unfinished">Buat</translation>
    </message>
    <message numerus="yes">
        <source>%Ln prompt(s)</source>
        <translation type="unfinished">
            <numerusform></numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln take(s)</source>
        <translation type="unfinished">
            <numerusform>%Ln take</numerusform>
        </translation>
    </message>
    <message>
        <source>{time} of music</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>about {time} to make</source>
        <translation type="unfinished"></translation>
    </message>
    <message numerus="yes">
        <source>%Ln line(s) cannot be used</source>
        <translation type="unfinished">
            <numerusform></numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>Generate the %Ln right one(s)</source>
        <translation type="unfinished">
            <numerusform></numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>Generate all %Ln</source>
        <translation type="unfinished">
            <numerusform></numerusform>
        </translation>
    </message>
</context>
<context>
    <name>Menus</name>
    <message>
        <source>&amp;File</source>
        <translation>&amp;Berkas</translation>
    </message>
    <message>
        <source>Open prompt list…</source>
        <translation>Buka daftar prompt…</translation>
    </message>
    <message>
        <source>Paste prompt list</source>
        <translation>Tempel daftar prompt</translation>
    </message>
    <message>
        <source>Export take…</source>
        <translation>Ekspor take…</translation>
    </message>
    <message>
        <source>Show the folder of takes</source>
        <translation>Tampilkan folder take</translation>
    </message>
    <message>
        <source>Settings…</source>
        <translation>Pengaturan…</translation>
    </message>
    <message>
        <source>Quit</source>
        <translation>Keluar</translation>
    </message>
    <message>
        <source>&amp;Edit</source>
        <translation>&amp;Sunting</translation>
    </message>
    <message>
        <source>Undo delete</source>
        <translation>Batalkan penghapusan</translation>
    </message>
    <message>
        <source>Find takes</source>
        <translation>Cari take</translation>
    </message>
    <message>
        <source>Go to the prompt</source>
        <translation>Ke kolom prompt</translation>
    </message>
    <message>
        <source>&amp;Take</source>
        <translation>&amp;Take</translation>
    </message>
    <message>
        <source>Generate</source>
        <translation>Buat</translation>
    </message>
    <message>
        <source>Generate first</source>
        <translation>Buat lebih dulu</translation>
    </message>
    <message>
        <source>Again with…</source>
        <translation>Ulangi dengan…</translation>
    </message>
    <message>
        <source>Another take</source>
        <translation>Take lain</translation>
    </message>
    <message>
        <source>Retry all failed</source>
        <translation>Coba lagi semua yang gagal</translation>
    </message>
    <message>
        <source>Pause the queue</source>
        <translation>Jeda antrean</translation>
    </message>
    <message>
        <source>&amp;View</source>
        <translation>&amp;Tampilan</translation>
    </message>
    <message>
        <source>Like the system</source>
        <translation>Ikuti sistem</translation>
    </message>
    <message>
        <source>Dark</source>
        <translation>Gelap</translation>
    </message>
    <message>
        <source>Light</source>
        <translation>Terang</translation>
    </message>
    <message>
        <source>Compose panel</source>
        <translation>Panel gubah</translation>
    </message>
    <message>
        <source>Take panel</source>
        <translation>Panel take</translation>
    </message>
    <message>
        <source>Full screen</source>
        <translation>Layar penuh</translation>
    </message>
    <message>
        <source>&amp;Help</source>
        <translation>Ba&amp;ntuan</translation>
    </message>
    <message>
        <source>Keyboard shortcuts</source>
        <translation>Pintasan papan ketik</translation>
    </message>
    <message>
        <source>Copy diagnostics</source>
        <translation>Salin diagnostik</translation>
    </message>
    <message>
        <source>About DGX Music Studio</source>
        <translation>Tentang DGX Music Studio</translation>
    </message>
</context>
<context>
    <name>ModelPicker</name>
    <message>
        <source>This computer</source>
        <translation>Komputer ini</translation>
    </message>
    <message>
        <source>not installed</source>
        <translation>belum terpasang</translation>
    </message>
    <message>
        <source>Model: {model}</source>
        <translation>Model: {model}</translation>
    </message>
    <message>
        <source>built in, nothing to download</source>
        <translation>bawaan, tanpa unduhan</translation>
    </message>
</context>
<context>
    <name>MoreSettings</name>
    <message>
        <source>More settings</source>
        <translation>Pengaturan lain</translation>
    </message>
    <message>
        <source>Guidance</source>
        <translation>Guidance</translation>
    </message>
    <message>
        <source>Temperature</source>
        <translation>Temperatur</translation>
    </message>
    <message>
        <source>Top-k</source>
        <translation>Top-k</translation>
    </message>
    <message>
        <source>Top-p</source>
        <translation>Top-p</translation>
    </message>
    <message>
        <source>Seamless loop</source>
        <translation>Loop tanpa sambungan</translation>
    </message>
    <message>
        <source>Its end meets its start; the length becomes whole bars.</source>
        <translation>Akhirnya bertemu awalnya; durasinya menjadi birama utuh.</translation>
    </message>
    <message>
        <source>Only when nothing else waits</source>
        <translation>Hanya jika tidak ada yang menunggu</translation>
    </message>
    <message>
        <source>File format</source>
        <translation>Format berkas</translation>
    </message>
</context>
<context>
    <name>PromptEdit</name>
    <message>
        <source>Prompt</source>
        <translation>Prompt</translation>
    </message>
    <message>
        <source>What do you want to hear? For example: late-night lo-fi, dusty drums, 84 bpm</source>
        <translation>Apa yang ingin Anda dengar? Misalnya: lo-fi larut malam, drum berdebu, 84 bpm</translation>
    </message>
</context>
<context>
    <name>RowDelegate</name>
    <message>
        <source>Retry</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Name of the take</source>
        <translation type="unfinished">Nama take</translation>
    </message>
</context>
<context>
    <name>SeedField</name>
    <message>
        <source>Seed</source>
        <translation>Seed</translation>
    </message>
    <message>
        <source>The same prompt, settings and seed give the same take.</source>
        <translation>Prompt, pengaturan, dan seed yang sama menghasilkan take yang sama.</translation>
    </message>
    <message>
        <source>Draw another seed</source>
        <translation>Ambil seed lain</translation>
    </message>
    <message>
        <source>Keep this seed</source>
        <translation>Kunci seed ini</translation>
    </message>
</context>
<context>
    <name>SettingsDialog</name>
    <message>
        <source>Settings</source>
        <translation>Pengaturan</translation>
    </message>
    <message>
        <source>Like the system</source>
        <translation>Ikuti sistem</translation>
    </message>
    <message>
        <source>Dark</source>
        <translation>Gelap</translation>
    </message>
    <message>
        <source>Light</source>
        <translation>Terang</translation>
    </message>
    <message>
        <source>Appearance</source>
        <translation>Penampilan</translation>
    </message>
    <message>
        <source>Language</source>
        <translation>Bahasa</translation>
    </message>
    <message>
        <source>Choose…</source>
        <translation>Pilih…</translation>
    </message>
    <message>
        <source>Takes effect at the next start.</source>
        <translation>Berlaku saat program dibuka lagi.</translation>
    </message>
    <message>
        <source>Keep takes in</source>
        <translation>Simpan take di</translation>
    </message>
    <message>
        <source>Folder of takes</source>
        <translation>Folder take</translation>
    </message>
    <message>
        <source>Close</source>
        <translation>Tutup</translation>
    </message>
</context>
<context>
    <name>ShortcutsDialog</name>
    <message>
        <source>Keyboard shortcuts</source>
        <translation>Pintasan papan ketik</translation>
    </message>
    <message>
        <source>Close</source>
        <translation>Tutup</translation>
    </message>
    <message>
        <source>Compose</source>
        <translation>Gubah</translation>
    </message>
    <message>
        <source>Generate</source>
        <translation>Buat</translation>
    </message>
    <message>
        <source>Generate before all that waits</source>
        <translation>Buat mendahului semua yang menunggu</translation>
    </message>
    <message>
        <source>Earlier and later prompts</source>
        <translation>Prompt sebelum dan sesudahnya</translation>
    </message>
    <message>
        <source>Go to the prompt</source>
        <translation>Ke kolom prompt</translation>
    </message>
    <message>
        <source>Paste a list of prompts</source>
        <translation>Tempel daftar prompt</translation>
    </message>
    <message>
        <source>List</source>
        <translation>Daftar</translation>
    </message>
    <message>
        <source>Another take</source>
        <translation>Take lain</translation>
    </message>
    <message>
        <source>Stars</source>
        <translation>Bintang</translation>
    </message>
    <message>
        <source>Keep, reject</source>
        <translation>Simpan, tolak</translation>
    </message>
    <message>
        <source>Delete; Ctrl+Z undoes it</source>
        <translation>Hapus; Ctrl+Z membatalkannya</translation>
    </message>
    <message>
        <source>Search</source>
        <translation>Cari</translation>
    </message>
    <message>
        <source>Play</source>
        <translation>Putar</translation>
    </message>
    <message>
        <source>Play, pause</source>
        <translation>Putar, jeda</translation>
    </message>
    <message>
        <source>Back, stop, forward</source>
        <translation>Mundur, berhenti, maju</translation>
    </message>
    <message>
        <source>Seek</source>
        <translation>Geser posisi</translation>
    </message>
    <message>
        <source>Window</source>
        <translation>Jendela</translation>
    </message>
    <message>
        <source>Pause the queue</source>
        <translation>Jeda antrean</translation>
    </message>
    <message>
        <source>Export the take</source>
        <translation>Ekspor take</translation>
    </message>
    <message>
        <source>Again with the same settings</source>
        <translation>Ulangi dengan pengaturan yang sama</translation>
    </message>
    <message>
        <source>Another take with another seed</source>
        <translation>Take lain dengan seed lain</translation>
    </message>
    <message>
        <source>Side panels</source>
        <translation>Panel samping</translation>
    </message>
    <message>
        <source>Full screen</source>
        <translation>Layar penuh</translation>
    </message>
</context>
<context>
    <name>Stars</name>
    <message>
        <source>Stars</source>
        <translation>Bintang</translation>
    </message>
    <message>
        <source>Rate with a click, or with the keys 1 to 5</source>
        <translation>Nilai dengan klik, atau dengan tombol 1 sampai 5</translation>
    </message>
</context>
<context>
    <name>StatusBar</name>
    <message>
        <source>{speed}× real time</source>
        <translation>{speed}× waktu nyata</translation>
    </message>
    <message>
        <source>{size} free</source>
        <translation>sisa {size}</translation>
    </message>
    <message numerus="yes">
        <source>%Ln take(s)</source>
        <translation>
            <numerusform>%Ln take</numerusform>
        </translation>
    </message>
    <message>
        <source>Paused</source>
        <translation>Dijeda</translation>
    </message>
    <message>
        <source>Engine starting…</source>
        <translation>Mesin dinyalakan…</translation>
    </message>
    <message>
        <source>Engine ready</source>
        <translation>Mesin siap</translation>
    </message>
    <message>
        <source>Engine at work</source>
        <translation>Mesin bekerja</translation>
    </message>
    <message>
        <source>Engine restarting…</source>
        <translation>Mesin dinyalakan ulang…</translation>
    </message>
    <message>
        <source>Engine stopped</source>
        <translation>Mesin berhenti</translation>
    </message>
</context>
<context>
    <name>Tags</name>
    <message>
        <source>Add a tag</source>
        <translation>Tambah tag</translation>
    </message>
    <message>
        <source>Tag {tag}</source>
        <translation>Tag {tag}</translation>
    </message>
    <message>
        <source>Press to take this tag off</source>
        <translation>Tekan untuk melepas tag ini</translation>
    </message>
</context>
<context>
    <name>TakePanel</name>
    <message>
        <source>Name of the take</source>
        <translation>Nama take</translation>
    </message>
    <message>
        <source>Notes</source>
        <translation>Catatan</translation>
    </message>
    <message>
        <source>Again with…</source>
        <translation>Ulangi dengan…</translation>
    </message>
    <message>
        <source>Put everything of this take into Compose</source>
        <translation>Masukkan semua setelan take ini ke panel gubah</translation>
    </message>
    <message>
        <source>Another take</source>
        <translation>Take lain</translation>
    </message>
    <message>
        <source>The same with another seed</source>
        <translation>Sama, dengan seed lain</translation>
    </message>
    <message>
        <source>Export…</source>
        <translation>Ekspor…</translation>
    </message>
    <message>
        <source>Select a take to see all about it.</source>
        <translation>Pilih sebuah take untuk melihat rinciannya.</translation>
    </message>
    <message>
        <source>Not understood: {words}</source>
        <translation>Tidak dipahami: {words}</translation>
    </message>
    <message>
        <source>TAKE</source>
        <translation>TAKE</translation>
    </message>
</context>
<context>
    <name>Trash</name>
    <message numerus="yes">
        <source>%n job(s) deleted.</source>
        <translation type="unfinished">
            <numerusform></numerusform>
        </translation>
    </message>
    <message>
        <source>Undo</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>Welcome</name>
    <message>
        <source>Words in, music out</source>
        <translation>Kata masuk, musik keluar</translation>
    </message>
    <message>
        <source>Describe what you want to hear and press Ctrl+Enter, or begin with one of these. The built-in sketch generator answers within seconds, without a download.</source>
        <translation>Gambarkan apa yang ingin Anda dengar lalu tekan Ctrl+Enter, atau mulai dengan salah satu ini. Generator sketsa bawaan menjawab dalam hitungan detik, tanpa unduhan.</translation>
    </message>
    <message>
        <source>A .txt, .csv or .jsonl of prompts can be dropped anywhere.</source>
        <translation>Berkas prompt .txt, .csv, atau .jsonl bisa diletakkan di mana saja.</translation>
    </message>
    <message>
        <source>Generate “{prompt}”</source>
        <translation>Buat “{prompt}”</translation>
    </message>
</context>
<context>
    <name>_Card</name>
    <message numerus="yes">
        <source>%n more</source>
        <translation>
            <numerusform>%n lagi</numerusform>
        </translation>
    </message>
    <message>
        <source>Dismiss</source>
        <translation>Tutup pesan</translation>
    </message>
    <message>
        <source>Details</source>
        <translation>Rincian</translation>
    </message>
    <message>
        <source>Copy</source>
        <translation>Salin</translation>
    </message>
</context>
</TS>
